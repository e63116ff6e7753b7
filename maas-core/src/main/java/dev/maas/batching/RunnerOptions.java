package dev.maas.batching;

import dev.maas.InvalidInputException;
import java.time.Duration;
import java.util.Objects;

/**
 * How the calls of one model are run.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param slots how many runs go on at the same time
 * @param maxBatch how many rows a run has at most; 1 turns batching off
 * @param maxDelay how long a leader waits for company in any case, even if the model is idle
 * @param queueCapacity how many rows may wait
 * @param maxQueueTime how long a call may be expected to wait before it is refused
 */
public record RunnerOptions(int slots, int maxBatch, Duration maxDelay, int queueCapacity, Duration maxQueueTime) {
    private static final int MOST_ROWS = 1_024;

    /** Checks the parts. */
    public RunnerOptions {
        requireRange("slots", slots, 1, 1_024);
        requireRange("maxBatch", maxBatch, 1, MOST_ROWS);
        requireRange("queueCapacity", queueCapacity, 1, 10_000_000);
        Objects.requireNonNull(maxDelay, "maxDelay");
        Objects.requireNonNull(maxQueueTime, "maxQueueTime");
        if (maxDelay.isNegative() || maxDelay.compareTo(Duration.ofSeconds(10)) > 0) {
            throw new InvalidInputException("maxDelay is 0 to 10 seconds; got " + maxDelay);
        }
        if (maxQueueTime.isNegative() || maxQueueTime.isZero() || maxQueueTime.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidInputException(
                    "maxQueueTime is longer than zero and at most an hour; got " + maxQueueTime);
        }
    }

    private static void requireRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidInputException(name + " is " + least + " to " + most + "; got " + value);
        }
    }

    /** Returns the options for a machine with that many processors. */
    public static RunnerOptions forProcessors(int processors) {
        return new RunnerOptions(processors, 256, Duration.ZERO, 65_536, Duration.ofSeconds(10));
    }
}
