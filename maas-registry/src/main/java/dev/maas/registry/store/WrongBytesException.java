package dev.maas.registry.store;

import java.io.IOException;

/**
 * Thrown where the bytes of an object could be read and are not the right ones, as opposed to bytes that could not be read. Stores that
 * compare what they read with a digest throw it from their streams. Safe for use by any thread.
 */
public final class WrongBytesException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong. */
    public WrongBytesException(String message) {
        super(message);
    }
}
