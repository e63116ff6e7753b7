package dev.maas.registry.store.oci;

/**
 * An answer of a registry that is none of those that a request may have. Its message holds the status and the specification's code, never the
 * server's text or address, which may repeat what was sent.
 */
final class OciRefusal extends OciException {
    private static final long serialVersionUID = 1L;

    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int NOT_ALLOWED = 405;
    static final int TOO_MANY = 429;

    private final int status;
    private final String code;

    OciRefusal(int status, String code) {
        super(message(status, code));
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** Returns whether it is refused to whoever asks like this, now and later. */
    boolean isDenied() {
        return status == UNAUTHORIZED || status == FORBIDDEN || status == NOT_ALLOWED;
    }

    private static String message(int status, String code) {
        String answer = "the registry answered " + status + (code.isEmpty() ? "" : " " + code);
        return switch (status) {
            case UNAUTHORIZED, FORBIDDEN ->
                answer + ". Look at the user, the password and what they may do with the repository";
            case NOT_FOUND -> answer + ". Look at the host and the repository's name";
            case NOT_ALLOWED -> answer + ". It does not allow that";
            case TOO_MANY, 503 -> answer + ". It is overloaded; try again later";
            default -> status >= 300 && status < 400 ? answer + ", and leads to where it must not" : answer;
        };
    }
}
