package dev.maas.registry.cache;

import dev.maas.IntegrityException;
import dev.maas.registry.store.ExpiringStore;
import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Until when what was read of a store may be served in its stead. Safe for use by any thread.
 *
 * <p>An {@link ExpiringStore} says until when its answers are to be believed, which is kept beside them, for the next process too. Without this, who can
 * keep a server from answering could hold newer versions back from readers with a cache for ever, and from nobody else (a freeze attack, as The
 * Update Framework calls it). Other stores say no such thing, and what was read of them is served for any time.
 */
final class Expiry {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

    private final Mirror mirror;
    private final Clock clock;
    private final boolean past;
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile @Nullable Instant noted;

    /** Reads and writes the date in the mirror; with {@code past}, what is over is served with a warning. */
    Expiry(Mirror mirror, Clock clock, boolean past) {
        this.mirror = mirror;
        this.clock = clock;
        this.past = past;
    }

    /** Notes until when a store that has just answered is to be believed. */
    void note(ObjectStore store) {
        if (store instanceof ExpiringStore expiring) {
            Instant until = expiring.believedUntil();
            if (!until.equals(noted)) {
                // Tried again with the next answer if the disk failed: what comes back into the mirror must not be
                // without a date.
                noted = mirror.keepDate(until) ? until : null;
                warned.set(false);
            }
        }
    }

    /**
     * Refuses to serve what is over, or warns of it.
     *
     * @param name what messages call the store
     * @throws IntegrityException if it is over, and that is not to be passed over
     */
    void require(String name) throws IOException {
        Optional<Instant> until = mirror.date();
        if (until.isEmpty() || clock.instant().isBefore(until.get())) {
            return;
        }
        String over = name + " does not answer, and what was read of it last was to be believed until " + until.get()
                + ", which is over: somebody may hold newer versions back";
        if (!past) {
            throw new IntegrityException(
                    over + ". Reach the store again; or, if old versions may be served nevertheless,"
                            + " open the registry with RegistryOptions.offlinePastExpiry(true)");
        }
        if (!warned.getAndSet(true)) {
            LOG.warn("{}. It is served nevertheless, since the registry's options allow it", over);
        }
    }
}
