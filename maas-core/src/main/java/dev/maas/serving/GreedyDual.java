package dev.maas.serving;

/**
 * Decides what is cheapest to lose: GreedyDual-Size-Frequency.
 *
 * <h2>How</h2>
 *
 * A version is worth {@code L + frequency × cost / size}: how often it is called, how long it takes to load again, and how many bytes
 * it holds for that. The least worth goes first, and {@code L}, the inflation, rises to the worth of what went. Versions that are no
 * longer called keep the {@code L} of their last call, and so are overtaken by those that are, however much they were called
 * once: that is the ageing. With equal sizes and costs it is least-frequently-used with ageing.
 *
 * <p>Sources: P. Cao and S. Irani, «Cost-Aware WWW Proxy Caching Algorithms», USITS 1997, which shows that what a GreedyDual cache pays
 * is bounded by that of the best possible one, times a factor that no other can beat; L. Cherkasova, «Improving WWW Proxies Performance
 * with Greedy-Dual-Size-Frequency Caching Policy», HP Labs HPL-98-69R1, 1998, which adds the frequency.
 *
 * <h2>Why calls need not tell</h2>
 *
 * {@code L} changes only when something goes. So all calls since then would have computed their version's worth with the present
 * {@code L}, the last of them with the present count; it is enough to look at the counts right before something goes, and a call pays
 * nothing.
 *
 * <p>Rejected: least-recently-used, which gives up a model that takes a minute to load for one that takes a millisecond; a scan of
 * versions that are called once each empties it.
 *
 * <p>Not safe for use by several threads at once; {@link Versions} guards it with its lock.
 */
final class GreedyDual {
    private double inflation;

    /** One version's worth. */
    final class Worth {
        private final double perUse;
        private final long usesBefore;
        private long uses;
        private double value;

        private Worth(double perUse, long usesBefore) {
            this.perUse = perUse;
            this.usesBefore = usesBefore;
            this.uses = usesBefore;
            this.value = inflation + perUse;
        }

        /** Takes note of how often the version has been called by now. */
        void look(long usesNow) {
            if (usesNow != uses) {
                uses = usesNow;
                value = inflation + (1.0 + usesNow - usesBefore) * perUse;
            }
        }

        double value() {
            return value;
        }

        /** Tells that the version goes to make room. */
        void goes() {
            inflation = Math.max(inflation, value);
        }
    }

    /**
     * Returns the worth of a version that was just loaded.
     *
     * @param loadNanos how long it took to load
     * @param bytes the memory that it takes
     * @param uses how often it was called so far, such as for its warm-up
     */
    Worth arrives(long loadNanos, long bytes, long uses) {
        return new Worth((double) Math.max(1, loadNanos) / Math.max(1, bytes), uses);
    }
}
