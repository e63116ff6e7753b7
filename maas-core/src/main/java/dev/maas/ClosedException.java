package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when something is used after it was closed.
 *
 * <p>Safe for use by any thread.
 */
public final class ClosedException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public ClosedException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public ClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
