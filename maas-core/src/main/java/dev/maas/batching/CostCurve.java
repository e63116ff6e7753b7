package dev.maas.batching;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a run costs by the number of its rows, as measured, and how many rows a run should therefore have.
 *
 * <p>Service times are kept per size class; the classes are 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on, so that they hold the powers of two
 * and the multiples of the few rows that kernels take at a time. Of each class there are two means, exponentially weighted: the plain one
 * tells how long a run will take; the undisturbed one, in which a sample above it counts for less than one below, compares sizes, as what
 * delays a run, threads that take its processor above all, comes and goes, and says nothing about its size.
 *
 * <p>The curve of rows per second over batch size is steep at first and flat later on; the right batch is the smallest on the flat part:
 * it has nearly all of the gain, and nobody waits longer than that takes. Where the largest size tried so far is still much better than
 * the one before, the next size is tried. Every so often it is tried in any case, so that the curve keeps up with the machine.
 *
 * <p>Safe for use by any thread. Concurrent updates may overwrite each other, which loses a sample and nothing else.
 */
final class CostCurve {
    /** A run of at least this share of the best rate is on the flat part. */
    private static final double FLAT = 0.95;

    /** Runs that get this share done are nearly as good. */
    private static final double NEAR = 0.85;

    /** Up to 2,048 rows. */
    private static final int CLASSES = 23;

    private static final int UPDATES_PER_DECISION = 16;
    private static final int DECISIONS_PER_TRIAL = 64;
    /** The weight of a new sample is 1/8. */
    private static final int WEIGHT_SHIFT = 3;
    /**
     * The weight of a sample below the undisturbed mean is 1/2: no run costs less than it costs, and the first of its size may have met
     * a stall.
     */
    private static final int LOWER_SHIFT = 1;
    /** The weight of a sample above the undisturbed mean is 1/32. */
    private static final int HIGHER_SHIFT = 5;

    private final int maxRows;
    /** Mean nanoseconds of a run, by the class of its rows; 0 where not measured. */
    private final AtomicLongArray nanos = new AtomicLongArray(CLASSES);
    /** The same, undisturbed. */
    private final AtomicLongArray undisturbed = new AtomicLongArray(CLASSES);
    /** Mean rows of those runs times 16. */
    private final AtomicLongArray rows16 = new AtomicLongArray(CLASSES);

    private volatile int limit = 1;
    private int updates;

    CostCurve(int maxRows) {
        this.maxRows = Math.min(maxRows, sizeOf(CLASSES - 1));
        this.limit = Math.min(2, this.maxRows);
    }

    /** Tells of a run. */
    void record(int rows, long elapsedNanos) {
        int bucket = bucket(rows);
        long sample = Math.max(1, elapsedNanos);
        blend(nanos, bucket, sample, WEIGHT_SHIFT, WEIGHT_SHIFT);
        blend(undisturbed, bucket, sample, LOWER_SHIFT, HIGHER_SHIFT);
        blend(rows16, bucket, rows * 16L, WEIGHT_SHIFT, WEIGHT_SHIFT);
        // A lost increment only delays the next decision.
        if (++updates % UPDATES_PER_DECISION == 0 || limit < Math.min(4, maxRows)) {
            decide();
        }
    }

    private static void blend(AtomicLongArray means, int bucket, long sample, int lowerShift, int higherShift) {
        long mean = means.getPlain(bucket);
        if (mean == 0) {
            means.setPlain(bucket, sample);
            return;
        }
        // A stall of the whole machine says nothing about the model.
        long difference = Math.min(sample, 4 * mean) - mean;
        means.setPlain(bucket, Math.max(1, mean + (difference >> (difference < 0 ? lowerShift : higherShift))));
    }

    private void decide() {
        double best = 0;
        int largest = 0;
        for (int bucket = 0; bucket < CLASSES; bucket++) {
            if (nanos.getPlain(bucket) > 0) {
                best = Math.max(best, rate(bucket));
                largest = bucket;
            }
        }
        int chosen = largest;
        for (int bucket = 0; bucket < largest; bucket++) {
            if (nanos.getPlain(bucket) > 0 && rate(bucket) >= FLAT * best) {
                chosen = bucket;
                break;
            }
        }
        boolean trial = chosen == largest || (updates / UPDATES_PER_DECISION) % DECISIONS_PER_TRIAL == 0;
        limit = Math.min(maxRows, trial ? sizeAfter(chosen) : sizeOf(chosen));
    }

    private double rate(int bucket) {
        return rows16.getPlain(bucket) / 16.0 / undisturbed.getPlain(bucket);
    }

    /** The number of rows that a run should have at most. */
    int limit() {
        return limit;
    }

    /** Whether runs of so many rows get nearly as many rows per second done as runs of more. */
    boolean reaches(int rows, int more) {
        long few = nanosOf(rows, undisturbed);
        long many = nanosOf(more, undisturbed);
        return few != 0 && many != 0 && (double) rows / few >= NEAR * more / many;
    }

    /** The mean nanoseconds of a run with one row; 0 if there was none yet. */
    long aloneNanos() {
        return nanos.getPlain(0);
    }

    /** The nanoseconds that a run with that many rows will take, by the nearest size that was measured; 0 if none was. */
    long expectedNanos(int rows) {
        return nanosOf(rows, nanos);
    }

    private long nanosOf(int rows, AtomicLongArray means) {
        int wanted = bucket(rows);
        for (int distance = 0; distance < CLASSES; distance++) {
            for (int bucket : new int[] {wanted - distance, wanted + distance}) {
                if (bucket >= 0 && bucket < CLASSES && means.getPlain(bucket) > 0) {
                    // Between sizes, time grows with the rows at worst.
                    double scale = distance == 0 ? 1 : Math.max(1, rows * 16.0 / rows16.getPlain(bucket));
                    return (long) (means.getPlain(bucket) * scale);
                }
            }
        }
        return 0;
    }

    /** The class of a number of rows: the largest size that is not above it. One more size lies between a power of two and the next. */
    private static int bucket(int rows) {
        int bounded = Math.max(1, rows);
        int power = 31 - Integer.numberOfLeadingZeros(bounded);
        int upperHalf = power == 0 ? 0 : (bounded >> (power - 1)) & 1;
        return Math.min(CLASSES - 1, 2 * power + upperHalf);
    }

    private static int sizeOf(int bucket) {
        return bucket % 2 == 0 ? 1 << (bucket / 2) : Math.max(1, 3 << (bucket / 2) >> 1);
    }

    private static int sizeAfter(int bucket) {
        // There is no size between 1 and 2.
        return sizeOf(Math.min(CLASSES - 1, bucket == 0 ? 2 : bucket + 1));
    }
}
