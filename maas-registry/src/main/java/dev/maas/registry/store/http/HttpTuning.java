package dev.maas.registry.store.http;

import java.time.Duration;

/**
 * How a store uses its server. Each number bounds something: memory, connections, or time.
 *
 * @param buffersAhead how many reads of the network a transfer may be ahead of who takes the bytes; each is of 48 KiB at most
 * @param attempts how often a request is sent at most, and how often a transfer may break off without getting on
 * @param firstBackoff the wait before a request is sent again, at first
 * @param longestBackoff the longest such wait, whatever the server asks for
 * @param connectTimeout how long a connection may take
 * @param answerTimeout how long an answer's first line and headers may take
 * @param silence how long all waits together may take for {@code leastBytes} of a body
 * @param leastBytes what must come in that time, so that a trickle does not pass for a transfer
 */
record HttpTuning(
        int buffersAhead,
        int attempts,
        Duration firstBackoff,
        Duration longestBackoff,
        Duration connectTimeout,
        Duration answerTimeout,
        Duration silence,
        int leastBytes) {
    static final HttpTuning DEFAULTS = new HttpTuning(
            32,
            4,
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            16 << 10);

    /** What a transfer must have gained for one more failure to be forgiven. */
    static final long FORGIVEN_BY_BYTES = 4 << 20;
}
