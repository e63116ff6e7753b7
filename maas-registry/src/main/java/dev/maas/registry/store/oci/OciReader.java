package dev.maas.registry.store.oci;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Opens the bytes of entries, compared with their digests wherever the whole of them passes by. Safe for use by any thread. */
final class OciReader {
    /** Of what is no larger, a part is cut out of the whole, whose digest tells that it is right. */
    private static final long LARGEST_WHOLE = 1 << 20;

    private final OciManifests manifests;
    private final OciBlobs blobs;

    OciReader(OciManifests manifests, OciBlobs blobs) {
        this.manifests = manifests;
        this.blobs = blobs;
    }

    InputStream open(OciEntry.Content content, long offset, long length) throws IOException {
        if (content.place() == OciEntry.Place.INLINE) {
            return slice(content.inline(), offset, length);
        }
        if (offset >= content.size() || length == 0) {
            return InputStream.nullInputStream();
        }
        if (content.place() == OciEntry.Place.MANIFEST) {
            return slice(manifests.require(content.hex()), offset, length);
        }
        long size = content.size();
        boolean whole = offset == 0 && length >= size;
        if (!whole && size <= LARGEST_WHOLE) {
            try (InputStream in = blobs.open(content.hex(), size, 0, size)) {
                return slice(in.readAllBytes(), offset, length);
            }
        }
        long end = length > size - offset ? size : offset + length;
        return blobs.open(content.hex(), size, offset, end);
    }

    private static InputStream slice(byte[] bytes, long offset, long length) {
        return new ByteArrayInputStream(OciEntry.slice(bytes, offset, length));
    }
}
