package dev.maas.monitor;

import java.util.OptionalDouble;

/**
 * Tests, while two streams of numbers from 0 to 1 go on side by side, whether the mean of the one exceeds that of the other: failures of a new version against those of the old one, or calls that were too slow.
 *
 * <p>Neither mean need be known, and both may change with time, as long as they change together: what comes at about the same time is
 * compared. For each block, the candidate's mean less the baseline's goes into a {@link BettingTest}. A block
 * ends when it has at least one number of the candidate and as many of the baseline as were asked for, since a mean of several moves less by
 * chance.
 *
 * <p>Source: Shekhar and Ramdas, Nonparametric two-sample testing by betting, IEEE Transactions on Information Theory, 2023.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class TwoSampleTest {
    private final double margin;
    private final int perBlock;
    private final BettingTest exceeds = new BettingTest();
    private final BettingTest staysBelow = new BettingTest();
    private double baselineSum;
    private long baselineCount;
    private double candidateSum;
    private long candidateCount;
    private double allBaselineSum;
    private long allBaselineCount;
    private double allCandidateSum;
    private long allCandidateCount;

    /**
     * Makes a test that has seen nothing.
     *
     * @param margin by how much the candidate's mean may exceed the baseline's and still count as no worse for {@link #noWorse}; from 0 to 1
     * @param perBlock how many numbers of the baseline a block has at least
     * @throws IllegalArgumentException if one of them is out of bounds
     */
    public TwoSampleTest(double margin, int perBlock) {
        if (!(margin >= 0 && margin <= 1) || perBlock < 1) {
            throw new IllegalArgumentException(
                    "A margin from 0 to 1 and one number of the baseline or more are expected; got " + margin + " and "
                            + perBlock);
        }
        this.margin = margin;
        this.perBlock = perBlock;
    }

    /** Takes a number of the baseline, from 0 to 1. */
    public void observeBaseline(double number) {
        requireUnit(number);
        baselineSum += number;
        baselineCount++;
        allBaselineSum += number;
        allBaselineCount++;
        endBlock();
    }

    /** Takes a number of the candidate, from 0 to 1. */
    public void observeCandidate(double number) {
        requireUnit(number);
        candidateSum += number;
        candidateCount++;
        allCandidateSum += number;
        allCandidateCount++;
        endBlock();
    }

    private static void requireUnit(double number) {
        if (!(number >= 0 && number <= 1)) {
            throw new IllegalArgumentException("A number from 0 to 1 is expected; got " + number);
        }
    }

    /** When a block ends depends on how many numbers came, not on what they are, so that it favours neither side. */
    private void endBlock() {
        if (candidateCount == 0 || baselineCount < perBlock) {
            return;
        }
        double difference = candidateSum / candidateCount - baselineSum / baselineCount;
        exceeds.observe(difference);
        staysBelow.observe(Math.max(-1, Math.min(1, margin - difference)));
        baselineSum = 0;
        baselineCount = 0;
        candidateSum = 0;
        candidateCount = 0;
    }

    /**
     * Returns whether the candidate's mean is above the baseline's.
     *
     * @param alpha the probability of ever saying so, over the test's whole life, if it is not
     */
    public boolean worse(double alpha) {
        return exceeds.rejects(alpha);
    }

    /**
     * Returns whether the candidate's mean is below the baseline's and the margin together.
     *
     * @param alpha the probability of ever saying so, over the test's whole life, if it is not
     */
    public boolean noWorse(double alpha) {
        return staysBelow.rejects(alpha);
    }

    /** Returns the mean of all numbers of the baseline; empty if there are none. */
    public OptionalDouble baselineMean() {
        return allBaselineCount == 0 ? OptionalDouble.empty() : OptionalDouble.of(allBaselineSum / allBaselineCount);
    }

    /** Returns the mean of all numbers of the candidate; empty if there are none. */
    public OptionalDouble candidateMean() {
        return allCandidateCount == 0 ? OptionalDouble.empty() : OptionalDouble.of(allCandidateSum / allCandidateCount);
    }

    /** Returns how many numbers of the baseline it has seen. */
    public long baselineCount() {
        return allBaselineCount;
    }

    /** Returns how many numbers of the candidate it has seen. */
    public long candidateCount() {
        return allCandidateCount;
    }

    /** Returns the evidence that the candidate's mean is above the baseline's; see {@link BettingTest#evidence}. */
    public double evidence() {
        return exceeds.evidence();
    }
}
