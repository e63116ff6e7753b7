package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a caller gave something that the model or the method does not take: a wrong type or shape, a null, a
 * missing or unknown name. The same call fails again; the model goes on serving.
 *
 * <p>Safe for use by any thread.
 */
public final class InvalidInputException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public InvalidInputException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public InvalidInputException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
