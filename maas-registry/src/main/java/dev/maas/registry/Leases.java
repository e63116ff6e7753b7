package dev.maas.registry;

import com.google.gson.JsonObject;
import dev.maas.RegistryException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notes that publishers leave for collectors: these blobs are about to be needed. A lease holds for the grace time, by the store's own clock.
 */
final class Leases {
    private static final int LARGEST = 4 << 20;
    private static final int MOST_LOOKS = 5;

    private final StoreReader reader;
    private final RegistryOptions options;

    Leases(StoreReader reader, RegistryOptions options) {
        this.reader = reader;
        this.options = options;
    }

    private ObjectStore store() {
        return reader.store();
    }

    /** Leases blobs; returns the lease's key. */
    String put(Collection<String> hexes) {
        JsonObject json = new JsonObject();
        json.add("blobs", FactsJson.array(new TreeSet<>(hexes)));
        String key = Keys.lease(options.clock().millis(), UUID.randomUUID().toString());
        store().putIfAbsent(key, ObjectContent.of(CanonicalJson.bytes(json), "application/json"));
        return key;
    }

    /** Gives a lease back. */
    void remove(String key) {
        store().delete(key);
    }

    /** Returns the time by the store's clock, which dates all objects; this machine's may differ. */
    Instant storeTime() {
        for (int look = 0; look < MOST_LOOKS; look++) {
            String key = put(List.of());
            try {
                Optional<ObjectInfo> info = store().stat(key);
                if (info.isPresent()) {
                    return info.get().lastModified();
                }
                // Another collector took it for a dead lease: this process stood still for longer than the grace time.
            } finally {
                store().delete(key);
            }
        }
        throw new RegistryException(store().name() + ": leases that were put are not there, " + MOST_LOOKS
                + " times. The store forgets, or the" + " grace time of " + options.grace() + " is too short");
    }

    /** Returns the blobs that are leased at that time by the store's clock. */
    Set<String> leased(Instant now) {
        Set<String> leased = new HashSet<>();
        forEach(lease -> {
            if (isLive(lease, now)) {
                reader.read(
                                lease.key(),
                                LARGEST,
                                bytes -> new Fields(StrictJson.object(bytes, "A lease"), "A lease").hexes("blobs"))
                        .ifPresent(leased::addAll);
            }
        });
        return leased;
    }

    /** Removes the leases that are over; returns how many. */
    int removeDead(Instant now) {
        int[] removed = new int[1];
        forEach(lease -> {
            if (!isLive(lease, now) && store().delete(lease.key())) {
                removed[0]++;
            }
        });
        return removed[0];
    }

    private boolean isLive(ObjectInfo lease, Instant now) {
        return Duration.between(lease.lastModified(), now).compareTo(options.grace()) < 0;
    }

    private void forEach(Consumer<ObjectInfo> action) {
        @Nullable String after = null;
        do {
            ObjectListing listing = store().list(Keys.LEASES, after, ObjectStore.LARGEST_LISTING);
            listing.objects().forEach(action);
            after = listing.next().orElse(null);
        } while (after != null);
    }
}
