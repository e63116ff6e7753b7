package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the caller may not do what was asked.
 *
 * <p>Safe for use by any thread.
 */
public final class AccessDeniedException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public AccessDeniedException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public AccessDeniedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
