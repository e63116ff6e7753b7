package dev.maas.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class TwoSampleTestTest {
    private static final double ALPHA = 0.05;
    private static final double MARGIN = 0.02;

    /** Feeds calls of which one in ten is the candidate's; the rates are functions of how far the run has come. */
    private static TwoSampleTest run(
            SplittableRandom random, int calls, DoubleUnaryOperator baseline, DoubleUnaryOperator candidate) {
        TwoSampleTest test = new TwoSampleTest(MARGIN, 4);
        for (int i = 0; i < calls; i++) {
            double at = i / (double) calls;
            if (random.nextInt(10) == 0) {
                test.observeCandidate(random.nextDouble() < candidate.applyAsDouble(at) ? 1 : 0);
            } else {
                test.observeBaseline(random.nextDouble() < baseline.applyAsDouble(at) ? 1 : 0);
            }
        }
        return test;
    }

    @Test
    void ratesThatRiseTogetherDoNotAccuseTheCandidate() {
        SplittableRandom random = new SplittableRandom(3);
        int accused = 0;
        for (int i = 0; i < 300; i++) {
            accused += run(random, 10_000, at -> 0.5 * at, at -> 0.5 * at).worse(ALPHA) ? 1 : 0;
        }
        assertThat(accused / 300.0).isLessThanOrEqualTo(ALPHA);
    }

    @Test
    void aWorseCandidateIsFoundAndABetterOneIsNot() {
        SplittableRandom random = new SplittableRandom(4);
        int worse = 0;
        int better = 0;
        for (int i = 0; i < 100; i++) {
            worse += run(random, 10_000, at -> 0.05, at -> 0.12).worse(ALPHA) ? 1 : 0;
            better += run(random, 10_000, at -> 0.05, at -> 0.03).worse(ALPHA) ? 1 : 0;
        }
        assertThat(worse).isGreaterThan(95);
        assertThat(better).isLessThanOrEqualTo(3);
    }

    @Test
    void onlyACandidateWithinTheMarginIsNoWorse() {
        SplittableRandom random = new SplittableRandom(5);
        int equal = 0;
        int beyond = 0;
        for (int i = 0; i < 100; i++) {
            equal += run(random, 30_000, at -> 0.01, at -> 0.01).noWorse(ALPHA) ? 1 : 0;
            beyond += run(random, 30_000, at -> 0.01, at -> 0.01 + MARGIN).noWorse(ALPHA) ? 1 : 0;
        }
        assertThat(equal).isGreaterThan(95);
        assertThat(beyond).isLessThanOrEqualTo(10);
    }

    @Test
    void itCountsAndAveragesWhatItSaw() {
        TwoSampleTest test = new TwoSampleTest(0, 1);
        assertThat(test.baselineMean()).isEmpty();
        assertThat(test.candidateMean()).isEmpty();
        test.observeBaseline(1);
        test.observeBaseline(0);
        test.observeCandidate(0.5);
        assertThat(test.baselineCount()).isEqualTo(2);
        assertThat(test.candidateCount()).isEqualTo(1);
        assertThat(test.baselineMean()).hasValue(0.5);
        assertThat(test.candidateMean()).hasValue(0.5);
        assertThat(test.evidence()).isEqualTo(1);
    }

    @Test
    void numbersOutOfBoundsAreRefused() {
        TwoSampleTest test = new TwoSampleTest(0, 1);
        assertThatThrownBy(() -> test.observeBaseline(-0.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> test.observeCandidate(1.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TwoSampleTest(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TwoSampleTest(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
