package dev.maas.batching;

/**
 * By how much longer calls wait than the cost of the runs before them says, as measured when they are taken out of the queue.
 *
 * <p>Written by whoever forms a batch, one at a time; read by any thread.
 */
final class QueueDelay {
    /** Shorter waits are made of wake-ups rather than of runs. */
    private static final long SHORTEST_NANOS = 200_000;

    private static final double MOST = 100;
    private static final double WEIGHT = 1.0 / 64;

    private volatile double factor = 1;

    /** Tells of a call that was taken out. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // The queue's lock is held.
    void taken(long waitedNanos, long idealNanos) {
        if (idealNanos >= SHORTEST_NANOS) {
            double ratio = Math.min(MOST, (double) waitedNanos / idealNanos);
            factor = Math.max(1, factor + WEIGHT * (ratio - factor));
        }
    }

    /** The wait to expect where the runs alone would take that long. */
    long corrected(long idealNanos) {
        return (long) (factor * idealNanos);
    }
}
