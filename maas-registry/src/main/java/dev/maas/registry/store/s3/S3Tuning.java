package dev.maas.registry.store.s3;

import java.time.Duration;

/**
 * How a store uses its server. Each number bounds something: memory, connections, or time.
 *
 * @param partBytes the size of the parts in which large objects are put; what is not larger goes in one request
 * @param chunkBytes the size of the ranges in which large objects are read
 * @param parallel the requests at once of one put or one stream, each with a part or chunk in memory
 * @param attempts how often a request is sent at most
 * @param firstBackoff the wait before a request is sent again, at first
 * @param connectTimeout how long a connection may take
 * @param readTimeout how long the server may be silent
 * @param callTimeout how long a request may take with all its attempts
 */
record S3Tuning(
        int partBytes,
        int chunkBytes,
        int parallel,
        int attempts,
        Duration firstBackoff,
        Duration connectTimeout,
        Duration readTimeout,
        Duration callTimeout) {
    /** The server takes parts of no less than 5 MiB, except for the last, and no more than 10,000 of them. */
    static final S3Tuning DEFAULTS = new S3Tuning(
            8 << 20,
            4 << 20,
            4,
            4,
            Duration.ofMillis(100),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(10));

    private static final int MOST_PARTS = 10_000;

    /** Returns the size of the parts of an object of that size. */
    long partBytes(long size) {
        return Math.max(partBytes, (size + MOST_PARTS - 1) / MOST_PARTS);
    }
}
