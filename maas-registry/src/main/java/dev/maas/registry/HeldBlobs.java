package dev.maas.registry;

import dev.maas.RegistryException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases on blobs for work that may take longer than a lease holds: who refreshes between two steps keeps them from collectors throughout.
 * Used by one thread.
 */
final class HeldBlobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldBlobs.class);

    /** What fits into one lease with room to spare. */
    private static final int MOST_PER_LEASE = 20_000;

    private final Leases leases;
    private final RegistryOptions options;
    private final List<String> hexes;
    private List<String> keys = List.of();
    private Instant leasedAt = Instant.MIN;

    HeldBlobs(Leases leases, RegistryOptions options, Collection<String> hexes) {
        this.leases = leases;
        this.options = options;
        this.hexes = List.copyOf(hexes);
        lease();
    }

    private void lease() {
        Instant now = options.clock().instant();
        List<String> fresh = new ArrayList<>();
        for (int from = 0; from < hexes.size(); from += MOST_PER_LEASE) {
            fresh.add(leases.put(hexes.subList(from, Math.min(hexes.size(), from + MOST_PER_LEASE))));
        }
        List<String> old = keys;
        keys = fresh;
        leasedAt = now;
        giveBack(old);
    }

    /** Leases anew once half of the time is over; the old leases are given back only then. */
    void refresh() {
        Duration age = Duration.between(leasedAt, options.clock().instant());
        if (!options.grace().isZero() && age.compareTo(options.grace().dividedBy(2)) > 0) {
            lease();
        }
    }

    private void giveBack(List<String> old) {
        for (String key : old) {
            try {
                leases.remove(key);
            } catch (RegistryException e) {
                // A collector removes it when it is over.
                LOG.debug("The lease {} could not be given back", key, e);
            }
        }
    }

    @Override
    public void close() {
        giveBack(keys);
        keys = List.of();
    }
}
