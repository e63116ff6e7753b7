package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when an engine failed while it ran a model. The model goes on serving.
 *
 * <p>Safe for use by any thread.
 */
public final class EngineException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public EngineException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
