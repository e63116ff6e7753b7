package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at once when a bounded queue or a limit is full. The message holds the figures; trying again later may work.
 *
 * <p>Safe for use by any thread.
 */
public final class OverloadedException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public OverloadedException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public OverloadedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
