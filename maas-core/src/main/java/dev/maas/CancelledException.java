package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call was given up before its result was there: its thread was interrupted, or its model is going away.
 */
public final class CancelledException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public CancelledException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public CancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
