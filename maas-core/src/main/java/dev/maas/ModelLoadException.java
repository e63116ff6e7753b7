package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a model cannot be loaded: its file is damaged, it needs what no engine here offers, or it failed its own
 * check. The version that served before, if any, goes on serving.
 *
 * <p>Safe for use by any thread.
 */
public final class ModelLoadException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public ModelLoadException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public ModelLoadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
