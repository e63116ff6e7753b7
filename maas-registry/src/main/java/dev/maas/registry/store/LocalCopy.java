package dev.maas.registry.store;

import java.nio.file.Path;

/**
 * An object as a file on this machine, kept there until this is closed. Safe for use by any thread.
 */
public interface LocalCopy extends AutoCloseable {
    /** Returns the file. Nobody writes to it. */
    Path path();

    /**
     * Returns whether the store itself compared the file, as it is now, with the digest in its key. Where it did not, the reader
     * does.
     */
    boolean verified();

    /** Gives the file up; the store may then remove it. Closing again does nothing. */
    @Override
    void close();
}
