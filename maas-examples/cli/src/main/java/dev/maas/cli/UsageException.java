package dev.maas.cli;

/** Says that a command was not called as it asks to be; the exit status is that of usage. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
