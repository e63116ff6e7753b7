package dev.maas;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a registry's store cannot be read or written: it is out of reach, full or broken. The message names the store and
 * the key; trying again may work.
 *
 * <p>Safe for use by any thread.
 */
public final class RegistryException extends MaasException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with that message. */
    public RegistryException(String message) {
        super(message, null);
    }

    /** Makes an exception with that message and what caused it. */
    public RegistryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
