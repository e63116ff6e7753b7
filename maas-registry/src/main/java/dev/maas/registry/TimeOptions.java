package dev.maas.registry;

import dev.maas.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/**
 * The part of a registry's options that is about time. Immutable.
 *
 * @param maxStaleness for how long an answer may be older than the store
 * @param pollInterval the time between two looks of a watch
 * @param grace for how long a collector leaves alone what nothing refers to
 * @param retention for how long a deleted version can be restored
 * @param clock dates entries, and decides what is over
 */
record TimeOptions(Duration maxStaleness, Duration pollInterval, Duration grace, Duration retention, Clock clock) {
    static final TimeOptions USUAL = new TimeOptions(
            Duration.ZERO, Duration.ofSeconds(1), Duration.ofDays(1), Duration.ofDays(30), Clock.systemUTC());

    private static final Duration SHORTEST_POLL = Duration.ofMillis(10);

    TimeOptions maxStaleness(Duration time) {
        return new TimeOptions(notNegative(time, "staleness"), pollInterval, grace, retention, clock);
    }

    TimeOptions pollInterval(Duration time) {
        if (time.compareTo(SHORTEST_POLL) < 0) {
            throw new InvalidInputException("A poll interval is at least 10 ms; got " + time);
        }
        return new TimeOptions(maxStaleness, time, grace, retention, clock);
    }

    TimeOptions grace(Duration time) {
        return new TimeOptions(maxStaleness, pollInterval, notNegative(time, "grace time"), retention, clock);
    }

    TimeOptions retention(Duration time) {
        return new TimeOptions(maxStaleness, pollInterval, grace, notNegative(time, "retention"), clock);
    }

    TimeOptions clock(Clock newClock) {
        return new TimeOptions(maxStaleness, pollInterval, grace, retention, Objects.requireNonNull(newClock, "clock"));
    }

    private static Duration notNegative(Duration time, String what) {
        if (time.isNegative()) {
            throw new InvalidInputException("A " + what + " is not negative; got " + time);
        }
        return time;
    }
}
