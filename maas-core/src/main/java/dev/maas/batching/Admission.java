package dev.maas.batching;

import dev.maas.OverloadedException;

/**
 * Refuses calls that would wait in vain.
 *
 * <p>By Little's law a queue of L rows that drains at a rate of λ rows per second makes a new row wait for L/λ. The rate follows from
 * the measured cost of a run, corrected by how long calls did wait: under overload the refused, and whoever sends them, take processor time
 * from the runs as well. A call that cannot be answered within its own deadline, or within the longest time that calls may wait,
 * is refused at once: so the queue is as long as the model is fast, what is accepted is answered in time, and under overload no
 * processor time goes into calls that nobody waits for any more. Safe for use by any thread.
 */
final class Admission {
    /**
     * What a wait is multiplied by before it is held against a deadline. Under overload the queue is as long as admission lets it be: if
     * calls were let in whose expected end is just in time, every other one would wait in vain.
     */
    private static final int MARGIN = 2;

    private final int slots;
    private final long maxQueueNanos;
    private final CallQueue queue;
    private final QueueDelay delay;

    Admission(RunnerOptions options, CallQueue queue) {
        this.slots = options.slots();
        this.maxQueueNanos = options.maxQueueTime().toNanos();
        this.queue = queue;
        this.delay = queue.delay();
    }

    /**
     * Lets a call with so many rows pass.
     *
     * @return how long it should wait if the model had the machine for itself, in nanoseconds; see {@link QueueDelay}
     *
     * @throws OverloadedException if it would not be answered in time
     */
    long check(CallLimits limits, int rows, CostCurve curve) {
        int waiting = queue.waitingRows();
        if (waiting == 0) {
            return 0;
        }
        int batch = curve.limit();
        long runNanos = curve.expectedNanos(batch);
        long idealNanos = (long) ((double) waiting / batch / slots * runNanos);
        long waitNanos = delay.corrected(idealNanos);
        if (waitNanos > maxQueueNanos) {
            throw refusal(waiting, waitNanos, "and calls may wait " + millis(maxQueueNanos));
        }
        if (limits.hasDeadline()) {
            long left = limits.nanosLeft();
            long ownNanos = curve.expectedNanos(Math.min(rows + waiting, batch));
            if (MARGIN * waitNanos + ownNanos > left) {
                throw refusal(
                        waiting,
                        waitNanos + ownNanos,
                        "often more, as waits vary; this call's deadline is in " + millis(left));
            }
        }
        return idealNanos;
    }

    private static OverloadedException refusal(int waiting, long nanos, String bound) {
        return new OverloadedException("The model is overloaded: " + waiting + " rows wait, an answer would take about "
                + millis(nanos) + ", " + bound + ". Try again later");
    }

    private static String millis(long nanos) {
        // By hand: under overload this is done more often than anything else, and formatting takes a microsecond.
        long micros = Math.max(0, nanos) / 1000;
        return micros / 1000 + "." + Long.toString(1000 + micros % 1000).substring(1) + " ms";
    }
}
