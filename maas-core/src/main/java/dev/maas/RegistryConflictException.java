package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a registry's state is no longer what a change expected: an alias was moved meanwhile, or a semantic version
 * already names other content. Read the present state and decide again.
 *
 * <p>Safe for use by any thread.
 */
public final class RegistryConflictException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public RegistryConflictException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public RegistryConflictException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
