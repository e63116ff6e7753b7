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
    private final List<String> keys = new ArrayList<>();
    private Instant leasedAt = Instant.MIN;

    HeldBlobs(Leases leases, RegistryOptions options, Collection<String> hexes) {
        this.leases = leases;
        this.options = options;
        this.hexes = List.copyOf(hexes);
        lease();
    }

    private void lease() {
        Instant now = options.clock().instant();
        for (int from = 0; from < hexes.size(); from += MOST_PER_LEASE) {
            keys.add(leases.put(hexes.subList(from, Math.min(hexes.size(), from + MOST_PER_LEASE))));
        }
        leasedAt = now;
    }

    /**
     * Leases anew once half of the time is over. The old leases stay until the work is done: a collector that listed them before there were new
     * ones must still be able to read them.
     */
    void refresh() {
        Duration age = Duration.between(leasedAt, options.clock().instant());
        if (!options.grace().isZero() && age.compareTo(options.grace().dividedBy(2)) > 0) {
            lease();
        }
    }

    @Override
    public void close() {
        for (String key : keys) {
            try {
                leases.remove(key);
            } catch (RegistryException e) {
                // A collector removes it when it is over.
                LOG.debug("The lease {} could not be given back", key, e);
            }
        }
        keys.clear();
    }
}
