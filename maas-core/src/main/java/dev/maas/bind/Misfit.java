package dev.maas.bind;

/** Says why a Java type does not fit a tensor; caught by the binder, which knows where it belongs in the report. */
final class Misfit extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    Misfit(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** Returns what does not fit, and what would. */
    String reason() {
        return reason;
    }
}
