package dev.maas.registry.store;

import java.util.List;
import java.util.Optional;

/**
 * Part of a listing of objects. Immutable and safe for use by any thread.
 *
 * @param objects the objects, in order of their keys
 * @param more whether there may be objects behind the last of these
 */
public record ObjectListing(List<ObjectInfo> objects, boolean more) {
    /** Copies the objects. */
    public ObjectListing {
        objects = List.copyOf(objects);
    }

    /** Returns the key after which the next part begins; empty if this is the last. */
    public Optional<String> next() {
        return more && !objects.isEmpty()
                ? Optional.of(objects.get(objects.size() - 1).key())
                : Optional.empty();
    }
}
