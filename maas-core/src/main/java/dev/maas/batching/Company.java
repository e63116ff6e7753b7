package dev.maas.batching;

/**
 * Whether runs of a model go on beside each other of late.
 *
 * <p>Two callers in a loop meet most of the time, but not at each single start of a run; a run that begins in the short time between
 * two runs of the other has company all the same. Racy on purpose: a lost update makes one run a little slower.
 */
final class Company {
    /** For so many runs after one that had company, others are expected to have it. */
    private static final int MEMORY = 32;

    private int expected;

    /** Tells that a run begins, beside another or not, and returns whether it has company to expect. */
    boolean expect(boolean besideOthers) {
        int remaining = expected;
        if (besideOthers) {
            if (remaining != MEMORY) {
                expected = MEMORY;
            }
            return true;
        }
        if (remaining > 0) {
            expected = remaining - 1;
            return true;
        }
        return false;
    }
}
