package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.DeadlineExceededException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is left of the time of a call that is made of several steps. Immutable and safe for use by any thread. */
final class Countdown {
    /** A bound far beyond any call, below which the clock's differences compare. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final CallOptions options;
    private final @Nullable Duration timeout;
    private final long begin = System.nanoTime();

    private Countdown(CallOptions options) {
        this.options = options;
        this.timeout = options.timeout()
                .map(time -> time.compareTo(LONGEST) > 0 ? LONGEST : time)
                .orElse(null);
    }

    /** Begins now. */
    static Countdown of(CallOptions options) {
        return new Countdown(options);
    }

    /** The time that the call had at its beginning, in nanoseconds, if it is bounded. */
    Optional<Long> nanos() {
        return Optional.ofNullable(timeout).map(Duration::toNanos);
    }

    /**
     * Returns the options for the next step.
     *
     * @throws DeadlineExceededException if no time is left for one
     */
    CallOptions left() {
        if (timeout == null) {
            return options;
        }
        Duration left = timeout.minusNanos(System.nanoTime() - begin);
        if (left.isZero() || left.isNegative()) {
            throw exceeded();
        }
        return options.withTimeout(left);
    }

    DeadlineExceededException exceeded() {
        return new DeadlineExceededException("The deadline of " + timeout
                + " passed before the model ran. Allow more time, load the model beforehand, or send fewer calls");
    }
}
