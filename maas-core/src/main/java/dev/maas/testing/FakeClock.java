package dev.maas.testing;

import dev.maas.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * A clock that stands still until the test moves it.
 *
 * <p>Safe for use by any thread; {@link #withZone} shares the time. For whatever takes a {@link Clock}, such as a registry's options, and by
 * {@link #nanoTime()} for what takes a {@link java.util.function.LongSupplier} in place of {@link System#nanoTime()}. The deadlines of calls
 * do not come from a clock that can be given: hold a {@link TestModel} until they pass.
 *
 * <pre>{@code
 * FakeClock clock = FakeClock.at(Instant.parse("2030-01-01T00:00:00Z"));
 * RegistryOptions options = RegistryOptions.defaults().clock(clock);
 * clock.advance(Duration.ofDays(30));
 * }</pre>
 */
public final class FakeClock extends Clock {
    private final Instant start;
    private final Hand now;
    private final ZoneId zone;

    private FakeClock(Instant start, Hand now, ZoneId zone) {
        this.start = start;
        this.now = now;
        this.zone = Objects.requireNonNull(zone, "zone");
    }

    /** The time that the clocks of all zones share. */
    private static final class Hand {
        private Instant time;

        Hand(Instant time) {
            this.time = time;
        }

        synchronized Instant get() {
            return time;
        }

        synchronized void set(Instant newTime) {
            time = newTime;
        }

        synchronized Instant advance(Duration duration) {
            time = time.plus(duration);
            return time;
        }
    }

    /** Returns a clock that stands at that time, in UTC. */
    public static FakeClock at(Instant time) {
        return new FakeClock(time, new Hand(time), ZoneOffset.UTC);
    }

    /**
     * Moves the clock forward and returns the new time.
     *
     * @throws InvalidInputException if the duration is negative; {@link #set} moves it anywhere
     */
    public Instant advance(Duration duration) {
        if (duration.isNegative()) {
            throw new InvalidInputException("A clock is advanced by zero or more; got " + duration);
        }
        return now.advance(duration);
    }

    /** Moves the clock to that time, which may be an earlier one, as when a machine's clock is put right. */
    public void set(Instant time) {
        now.set(Objects.requireNonNull(time, "time"));
    }

    /** Returns the nanoseconds since the time at which the clock was made; fewer than zero if it was set back beyond that. */
    public long nanoTime() {
        return Duration.between(start, now.get()).toNanos();
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    /** Returns a clock in that zone which shows this one's time, whenever either is moved. */
    @Override
    public FakeClock withZone(ZoneId newZone) {
        return new FakeClock(start, now, newZone);
    }

    @Override
    public String toString() {
        return "FakeClock[" + now.get() + ", " + zone + "]";
    }
}
