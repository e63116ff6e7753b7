package dev.maas.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BettingTestTest {
    private static final double ALPHA = 0.05;

    /** One observation of +1 or -1 with a mean of that. */
    private static double step(SplittableRandom random, double mean) {
        return random.nextDouble() < (1 + mean) / 2 ? 1 : -1;
    }

    @Test
    void fairAndUnfavourableGamesAreRarelyRefusedHoweverLongOneLooks() {
        SplittableRandom random = new SplittableRandom(1);
        int refused = 0;
        int runs = 1000;
        for (int run = 0; run < runs; run++) {
            BettingTest test = new BettingTest();
            for (int i = 0; i < 2000; i++) {
                test.observe(step(random, run % 2 == 0 ? 0 : -0.02));
            }
            refused += test.rejects(ALPHA) ? 1 : 0;
        }
        assertThat(refused / (double) runs).isLessThanOrEqualTo(ALPHA);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.3, 0.9})
    void favourableGamesAreRefusedAboutAsSoonAsCanBe(double mean) {
        // What a gambler who knew the mean would need: ln(1/α) divided by the growth of the best stake.
        double growth = (1 + mean) / 2 * Math.log(1 + mean) + (1 - mean) / 2 * Math.log(1 - mean);
        double best = Math.log(1 / ALPHA) / growth;
        SplittableRandom random = new SplittableRandom(2);
        double sum = 0;
        for (int run = 0; run < 200; run++) {
            BettingTest test = new BettingTest();
            while (!test.rejects(ALPHA)) {
                test.observe(step(random, mean));
            }
            sum += test.observations();
        }
        assertThat(sum / 200).isLessThan(2.2 * best + 5);
    }

    @Test
    void evidenceIsTheHighestThatEverWas() {
        BettingTest test = new BettingTest();
        assertThat(test.evidence()).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            test.observe(1);
        }
        double high = test.evidence();
        test.observe(-1);
        assertThat(test.evidence()).isEqualTo(high).isGreaterThan(1000);
        assertThat(test.observations()).isEqualTo(21);
    }

    @Test
    void evidenceStaysANumber() {
        BettingTest test = new BettingTest();
        for (int i = 0; i < 10_000; i++) {
            test.observe(1);
        }
        assertThat(test.evidence()).isFinite().isPositive();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.01, -1.01, Double.NaN})
    void numbersOutOfBoundsAreRefused(double number) {
        assertThatThrownBy(() -> new BettingTest().observe(number)).isInstanceOf(IllegalArgumentException.class);
    }
}
