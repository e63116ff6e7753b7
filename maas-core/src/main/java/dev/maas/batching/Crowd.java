package dev.maas.batching;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many rows were under way at the same time of late, and whether it pays to wait for more of them.
 *
 * <p>Callers that were just served come back a moment later. A leader that does not wait for them runs a small batch, serves few,
 * of whom again few come back: the batches stay small although many call. So while there was a crowd of late, a leader lets the
 * others run first, until its batch is as large as the crowd has it, but for no longer than a tenth of the time that the run
 * takes. Without a crowd it waits for nobody.
 *
 * <p>Waiting means to yield the processor: those who are about to call need it to do so.
 */
final class Crowd {
    /** The part of a run's time that a leader may wait for company. */
    private static final int WAIT_DIVISOR = 10;

    /** The crowd is forgotten by 1/32 with each run that saw a smaller one. */
    private static final int FORGET_SHIFT = 5;

    private final int slots;
    private final AtomicInteger running = new AtomicInteger();

    /** The recent peak of rows under way, times 32; racy updates lose a sample at worst. */
    private volatile int peak32;

    Crowd(int slots) {
        this.slots = slots;
    }

    /** Tells that a run begins with so many rows, while so many wait. */
    void begins(int rows, int waiting) {
        int seen32 = (running.addAndGet(rows) + waiting) << FORGET_SHIFT;
        int peak = peak32;
        peak32 = seen32 >= peak ? seen32 : peak - (((peak - seen32) >> FORGET_SHIFT) + 1);
    }

    /** Tells that a run with so many rows is over. */
    void ends(int rows) {
        running.addAndGet(-rows);
    }

    /** Whether calls have come one by one of late, or no more at a time than there are slots. */
    boolean isSparse() {
        return peak32 >> FORGET_SHIFT <= slots;
    }

    /**
     * The rows that a batch should have: its share of the crowd, at most the curve's limit.
     *
     * <p>If each slot took its whole share, nobody would be left to fill the next batch while the served of this one come back, and
     * the slot would wait for them. So a batch takes three quarters of a share, unless that costs much of what batches gain.
     *
     * @param waiting the rows that wait now, with those that the leader has already
     */
    int share(CostCurve curve, int waiting) {
        int crowd = Math.max(peak32 >> FORGET_SHIFT, running.get() + waiting);
        int whole = Math.max(1, Math.min(curve.limit(), crowd / slots));
        int most = Math.min(whole, (3 * (crowd / slots) + 3) / 4);
        return most < whole && curve.reaches(most, whole) ? most : whole;
    }

    /**
     * Lets others run until so many rows wait besides those at hand, or the time is up.
     *
     * @param wanted the rows of the batch to be
     * @param atHand the rows that the leader has already
     * @param runNanos what the run will take
     * @param extraNanos what the leader may wait in any case
     */
    @SuppressWarnings(
            "ThreadPriorityCheck") // Only for speed: whether the yield has an effect or not, the bound on time holds.
    static void await(CallQueue queue, int wanted, int atHand, long runNanos, long extraNanos) {
        if (queue.waitingRows() + atHand >= wanted) {
            return;
        }
        long begin = System.nanoTime();
        long patience = Math.max(runNanos / WAIT_DIVISOR, extraNanos);
        do {
            Thread.yield();
        } while (queue.waitingRows() + atHand < wanted && System.nanoTime() - begin < patience);
    }
}
