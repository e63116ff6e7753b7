package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a reference names no model, version or alias of the registry. The message lists what there is.
 *
 * <p>Safe for use by any thread.
 */
public final class ModelNotFoundException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public ModelNotFoundException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public ModelNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
