package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when bytes are not those that were published: a digest, a signature or the chain of a log does not match.
 * Nothing of them was used.
 *
 * <p>Safe for use by any thread.
 */
public final class IntegrityException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public IntegrityException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public IntegrityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
