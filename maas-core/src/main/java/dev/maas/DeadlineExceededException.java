package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call's deadline passed before its result was there. The work was dropped, or stopped while running.
 *
 * <p>Safe for use by any thread.
 */
public final class DeadlineExceededException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public DeadlineExceededException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public DeadlineExceededException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
