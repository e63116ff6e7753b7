package dev.maas.registry;

import dev.maas.InvalidInputException;
import dev.maas.registry.cache.CacheSettings;
import dev.maas.registry.store.TransferListener;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a registry's options that is about bytes on their way. Immutable.
 *
 * @param cache the folder of the cache; null for none
 * @param cacheBytes what the cache keeps at most
 * @param offline whether to ask no store
 * @param pastExpiry whether to serve what is in the cache also when the store's own date for it is over
 * @param listener hears of transfers
 */
record TransferOptions(
        @Nullable Path cache, long cacheBytes, boolean offline, boolean pastExpiry, TransferListener listener) {
    static final TransferOptions NONE =
            new TransferOptions(null, CacheSettings.MOST_BYTES, false, false, TransferListener.NONE);

    TransferOptions cache(Path folder, long mostBytes) {
        if (mostBytes <= 0) {
            throw new InvalidInputException("A cache keeps 1 byte or more; got a bound of " + mostBytes);
        }
        return new TransferOptions(Objects.requireNonNull(folder, "folder"), mostBytes, offline, pastExpiry, listener);
    }

    TransferOptions offline(boolean newOffline) {
        return new TransferOptions(cache, cacheBytes, newOffline, pastExpiry, listener);
    }

    TransferOptions pastExpiry(boolean allowed) {
        return new TransferOptions(cache, cacheBytes, offline, allowed, listener);
    }

    TransferOptions listener(TransferListener newListener) {
        return new TransferOptions(
                cache, cacheBytes, offline, pastExpiry, Objects.requireNonNull(newListener, "listener"));
    }

    /** Returns how the cache behaves, if there is one. */
    Optional<CacheSettings> settings(boolean locked, Clock clock) {
        return Optional.ofNullable(cache)
                .map(folder -> new CacheSettings(folder, cacheBytes, offline, pastExpiry, locked, clock, listener));
    }
}
