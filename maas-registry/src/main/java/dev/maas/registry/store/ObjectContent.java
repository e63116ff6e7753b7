package dev.maas.registry.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The bytes of an object on their way into a store, with their number, so that a store can announce it before it sends them.
 *
 * <p>Implementations are safe for use by any thread; each stream is used by one.
 */
public interface ObjectContent {
    /** The media type of bytes of which nothing more is known. */
    String OCTETS = "application/octet-stream";

    /** Returns the number of bytes. */
    long size();

    /** Returns the media type, for stores that keep one or treat manifests in a way of their own. */
    String mediaType();

    /**
     * Opens the bytes from their beginning. A store may do so again to repeat a failed transfer. A stream that finds its bytes to
     * be wrong fails before it has delivered the last of them, and the store then puts nothing.
     *
     * @throws IOException if they cannot be read
     */
    InputStream open() throws IOException;

    /**
     * Returns whether opening costs next to nothing, so that a store that is far away may send the bytes without a look whether they are
     * needed.
     */
    default boolean inMemory() {
        return false;
    }

    /** Returns these bytes; they are not copied. */
    static ObjectContent of(byte[] bytes, String mediaType) {
        Objects.requireNonNull(mediaType, "mediaType");
        return new ObjectContent() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public String mediaType() {
                return mediaType;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }

            @Override
            public boolean inMemory() {
                return true;
            }
        };
    }

    /**
     * Writes all bytes to a stream, which stays open.
     *
     * @throws IOException if they cannot be read or written, or their number is not {@link #size()}
     */
    default void writeTo(OutputStream out) throws IOException {
        long copied;
        try (InputStream in = open()) {
            copied = in.transferTo(out);
        }
        if (copied != size()) {
            throw new IOException("The content has " + copied + " bytes, but " + size() + " were announced");
        }
    }
}
