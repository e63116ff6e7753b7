package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * The parent of every exception that maas throws on purpose.
 *
 * <p>A message says what was expected, what came, and what to do next. It may travel to remote callers, so it holds no
 * secrets and no absolute paths; a cause may. Exceptions are immutable and safe to hand between threads.
 */
public abstract class MaasException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with a message and, if there is one, what caused it. */
    protected MaasException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
