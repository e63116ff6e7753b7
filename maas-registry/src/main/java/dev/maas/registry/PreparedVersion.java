package dev.maas.registry;

import dev.maas.registry.store.ObjectContent;
import java.util.List;
import java.util.Map;

/**
 * A package that is ready to be put: read, checked and hashed. Immutable.
 *
 * @param model the model's name
 * @param facts what is known about it
 * @param factsHex the digest of the facts' written form
 * @param manifestHex the digest of the manifest
 * @param byteSize the size of the files together
 * @param blobs everything that the version needs, by digest, the manifest last
 */
record PreparedVersion(
        String model,
        Facts facts,
        String factsHex,
        String manifestHex,
        long byteSize,
        Map<String, ObjectContent> blobs) {
    Change.Publish change(int version, List<String> aliases) {
        return new Change.Publish(
                version, manifestHex, byteSize, facts, factsHex, List.copyOf(blobs.keySet()), aliases);
    }
}
