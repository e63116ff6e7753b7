package dev.maas.registry.store;

import java.time.Instant;
import java.util.Objects;

/**
 * What a store knows about an object. Immutable and safe for use by any thread.
 *
 * @param key its key
 * @param size the number of its bytes
 * @param lastModified when it was put, by the store's own clock, which may differ from this machine's
 */
public record ObjectInfo(String key, long size, Instant lastModified) {
    /** Checks that no part is missing. */
    public ObjectInfo {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(lastModified, "lastModified");
    }
}
