package dev.maas.rollout;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How a {@link Canary} does. Immutable.
 *
 * @param state what became of the candidate so far
 * @param measures what is compared, one entry each
 */
public record CanaryReport(State state, List<Measure> measures) {
    /** Copies the list. */
    public CanaryReport {
        measures = List.copyOf(measures);
    }

    /** What became of a candidate. */
    public enum State {
        /** It gets its share of the calls, and is compared. */
        RUNNING,
        /** It gets all calls. */
        PROMOTED,
        /** It gets none. */
        ROLLED_BACK
    }

    /**
     * One thing that is compared.
     *
     * @param name {@code failures}, {@code slow} or {@code wrong}
     * @param baselineCalls calls of the baseline that count for it
     * @param baselineRate the part of them that was bad; empty if there are none
     * @param candidateCalls calls of the candidate that count for it
     * @param candidateRate the part of them that was bad; empty if there are none
     * @param evidence the evidence that the candidate is worse; see {@link dev.maas.monitor.BettingTest#evidence}
     * @param enough the evidence that rolls the candidate back
     */
    public record Measure(
            String name,
            long baselineCalls,
            OptionalDouble baselineRate,
            long candidateCalls,
            OptionalDouble candidateRate,
            double evidence,
            double enough) {}
}
