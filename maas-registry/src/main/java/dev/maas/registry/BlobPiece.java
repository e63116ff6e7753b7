package dev.maas.registry;

import dev.maas.registry.store.ObjectContent;
import java.io.IOException;
import java.io.InputStream;

/**
 * One blob that a version needs, with what has to be known to move it. Immutable.
 *
 * @param hex its digest
 * @param size the number of its bytes
 * @param mediaType what it is
 */
record BlobPiece(String hex, long size, String mediaType) {
    /** Returns its bytes on their way out of a store, held against the digest as they go. */
    ObjectContent from(Blobs blobs) {
        return new ObjectContent() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public String mediaType() {
                return mediaType;
            }

            @Override
            public InputStream open() throws IOException {
                return blobs.open(hex, size);
            }
        };
    }
}
