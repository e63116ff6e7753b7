package dev.maas.monitor;

import java.util.Arrays;

/**
 * Tests, observation by observation, whether numbers between -1 and 1 have a mean of at most zero, given what came before them.
 *
 * <p>A gambler who starts with 1 stakes a part λ of the capital on each number x: the capital becomes K·(1 + λ·x). If the mean is at most zero,
 * no stake wins in the long run, and the chance that the capital ever reaches 1/α is at most α (Ville's inequality), however often and for
 * however long one looks. If it is above zero, the capital grows exponentially. So a large capital is evidence against the mean being at
 * most zero: an e-process. Which stake grows fastest depends on what is not known, so the capital is spread over several at the beginning;
 * the sum of what they make is an e-process too, and grows like the best of them.
 *
 * <p>Nothing else is assumed: not that the numbers are independent, nor that they have one distribution.
 *
 * <p>Sources: Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, 2024; Shekhar and Ramdas, Nonparametric
 * two-sample testing by betting, 2023.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class BettingTest {
    /** Below 1, so that no number takes all of the capital; roughly each the double of the one before. */
    private static final double[] STAKES = {0.05, 0.1, 0.2, 0.4, 0.7, 0.95};

    private final double[] capital = new double[STAKES.length];
    private double highest = 1;
    private long observations;

    /** Makes a test that has seen nothing. */
    public BettingTest() {
        Arrays.fill(capital, 1.0 / STAKES.length);
    }

    /**
     * Takes the next number.
     *
     * @throws IllegalArgumentException if it is not from -1 to 1
     */
    public void observe(double number) {
        if (!(number >= -1 && number <= 1)) {
            throw new IllegalArgumentException("A number from -1 to 1 is expected; got " + number);
        }
        observations++;
        double sum = 0;
        for (int i = 0; i < STAKES.length; i++) {
            // Beyond that there is nothing to find out, and infinity would poison what follows.
            capital[i] = Math.min(capital[i] * (1 + STAKES[i] * number), Double.MAX_VALUE / STAKES.length);
            sum += capital[i];
        }
        highest = Math.max(highest, sum);
    }

    /** Returns how many numbers it has seen. */
    public long observations() {
        return observations;
    }

    /**
     * Returns the highest capital so far, at least 1. That the mean is at most zero can be refused with a probability of error, over the
     * test's whole life, of one divided by this.
     */
    public double evidence() {
        return highest;
    }

    /**
     * Returns whether there is evidence enough.
     *
     * @param alpha the probability, between 0 and 1, of ever saying so of numbers with a mean of at most zero
     */
    public boolean rejects(double alpha) {
        return highest >= 1 / alpha;
    }
}
