package dev.maas.registry.store;

import java.util.Objects;

/**
 * Hears how far long transfers to and from a store have come, for a progress bar or a metric.
 *
 * <p>All methods do nothing unless they are overridden. They are called by the threads that transfer, several at once where several blobs
 * are on their way, and hold these up: an implementation is safe for use by any thread and returns soon. What it throws is logged and does
 * not touch the transfer. A transfer is told of when it starts, then about a hundred times, and when it ends.
 */
public interface TransferListener {
    /** Hears nothing, and costs nothing. */
    TransferListener NONE = new TransferListener() {};

    /** Which way the bytes go. */
    enum Direction {
        /** From the store to this machine. */
        PULL,
        /** From this machine to the store. */
        PUSH
    }

    /**
     * How far a transfer has come. Immutable.
     *
     * @param direction which way the bytes go
     * @param store what messages call the store
     * @param digest the digest of the blob, {@code sha256:…}
     * @param done the bytes of the blob that are in place, 0 to {@code total}
     * @param total the size of the blob in bytes
     * @param moved the bytes that really moved; fewer than {@code done} where a transfer was resumed or chunks were there already, and more where
     *     some moved twice
     * @param nanos the time since the transfer started, in nanoseconds
     */
    record Progress(Direction direction, String store, String digest, long done, long total, long moved, long nanos) {
        /** Checks that no part is missing. */
        public Progress {
            Objects.requireNonNull(direction, "direction");
            Objects.requireNonNull(store, "store");
            Objects.requireNonNull(digest, "digest");
        }

        /** Returns the average rate since the start, in bytes that moved per second; 0 before any time has passed. */
        public double bytesPerSecond() {
            return nanos <= 0 ? 0 : moved * 1e9 / nanos;
        }
    }

    /** A transfer starts. */
    default void started(Progress progress) {}

    /** A transfer has come further. */
    default void progressed(Progress progress) {}

    /** A transfer has ended well: the blob is whole and has its digest. */
    default void finished(Progress progress) {}

    /** A transfer has failed; what was moved may be used by the next one. */
    default void failed(Progress progress, RuntimeException failure) {}
}
