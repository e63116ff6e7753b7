package dev.maas.registry.cache;

import dev.maas.InvalidInputException;
import dev.maas.registry.store.TransferListener;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;

/**
 * How a cache behaves. Immutable and safe for use by any thread.
 *
 * @param folder where it lies; it is made if it is not there
 * @param mostBytes the bytes of finished blobs that it keeps at most, but for those in use
 * @param offline whether to ask no store ever, and serve what is there
 * @param pastExpiry whether to serve what is there also when the store's own date for it is over
 * @param locked whether processes wait for each other's transfers; nothing else rests on these locks
 * @param clock dates failures
 * @param listener hears of transfers
 */
public record CacheSettings(
        Path folder,
        long mostBytes,
        boolean offline,
        boolean pastExpiry,
        boolean locked,
        Clock clock,
        TransferListener listener) {
    /** The bound of a cache that was given none: 64 GiB. */
    public static final long MOST_BYTES = 64L << 30;

    /**
     * Checks the bound.
     *
     * @throws InvalidInputException if it is not positive
     */
    public CacheSettings {
        folder = folder.toAbsolutePath().normalize();
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(listener, "listener");
        if (mostBytes <= 0) {
            throw new InvalidInputException("A cache keeps 1 byte or more; got a bound of " + mostBytes);
        }
    }
}
