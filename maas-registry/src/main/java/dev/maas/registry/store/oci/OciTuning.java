package dev.maas.registry.store.oci;

import java.time.Duration;

/**
 * How a store uses its server. Each number bounds something: memory, requests, or time.
 *
 * @param chunkBytes what is not larger goes up in one request, what is larger in chunks of that size, one of which is in memory
 * @param inlineBytes what is not larger, and no blob, lies in its entry itself
 * @param pageSize the tags that are asked for at once
 * @param attempts how often a request is sent at most, or a blob's upload begun
 * @param firstBackoff the wait before a request is sent again, at first
 * @param longestPause the longest wait before a request is sent again, whatever the server asks for
 * @param connectTimeout how long a connection may take
 * @param readTimeout how long the server may be silent
 */
record OciTuning(
        int chunkBytes,
        int inlineBytes,
        int pageSize,
        int attempts,
        Duration firstBackoff,
        Duration longestPause,
        Duration connectTimeout,
        Duration readTimeout) {
    static final OciTuning DEFAULTS = new OciTuning(
            8 << 20,
            32 << 10,
            1_000,
            5,
            Duration.ofMillis(100),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30));

    /** Slower than this, in bytes per second, is silent. */
    private static final long SLOWEST = 64 << 10;

    /** Returns how long the answer to a request with a body of that size may take. */
    Duration answerTimeout(long bodyBytes) {
        return readTimeout.plusSeconds(bodyBytes / SLOWEST);
    }
}
