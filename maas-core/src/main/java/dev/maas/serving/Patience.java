package dev.maas.serving;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long loads of one model may wait for room: until nobody waits for them any more. Everyone who comes to wait prolongs it. Safe
 * for use by any thread.
 */
final class Patience {
    /** A bound far beyond any wait, below which sums do not overflow. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final long origin = System.nanoTime();
    /** In nanoseconds since the origin. */
    private final AtomicLong until = new AtomicLong();
    /** What to say about a load that waits for room, or was refused for want of it. */
    private volatile @Nullable Supplier<String> shortage;

    /** Makes sure that it lasts for so long from now on. */
    Patience atLeast(Duration time) {
        Duration bounded = time.compareTo(LONGEST) > 0 ? LONGEST : time;
        until.accumulateAndGet(now() + bounded.toNanos(), Math::max);
        return this;
    }

    private long now() {
        return System.nanoTime() - origin;
    }

    /** What is left of it; zero or less if nothing is. */
    long nanosLeft() {
        return until.get() - now();
    }

    /** Tells that a load waits for room from now on. */
    void beginsToWait(Supplier<String> description) {
        shortage = description;
    }

    /** Tells that no load waits for room; not to be called when one was refused, as calls that expire with it are told why. */
    void noShortage() {
        shortage = null;
    }

    /** What is in short supply, with the figures, if the load under way waits for it, or the last one did in vain. */
    Optional<String> shortage() {
        return Optional.ofNullable(shortage).map(Supplier::get);
    }
}
