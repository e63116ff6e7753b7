package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.FeedForwardParameters;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;
import org.tribuo.math.optimisers.AdaGradRDA;

class LinearFitTest {
    private final Messages messages = Messages.samples().sample(400, 1);
    private final TextFeatures features =
            TextFeatures.of(messages.all().stream().map(Message::text).toList(), WordForm.PLAIN, false);

    private LinearFit fit(double l2, long seed) {
        return new LinearFit(features, messages, new Settings(0.5, l2), seed);
    }

    private static List<Double> losses(LinearFit fit, int epochs) {
        List<Double> losses = new ArrayList<>();
        for (int i = 0; i < epochs; i++) {
            losses.add(fit.epoch());
        }
        return losses;
    }

    @Test
    void theLossFallsFromThatOfGuessing() {
        LinearFit fit = fit(0.1, 1);

        double guessing = fit.measure(features, messages).loss();
        List<Double> losses = losses(fit, 5);

        assertThat(guessing).isEqualTo(Math.log(8), within(1e-9));
        assertThat(losses.get(0)).isLessThan(guessing);
        assertThat(losses).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(fit.measure(features, messages).accuracy()).isGreaterThan(0.95);
    }

    @Test
    void aStrongerPenaltyMakesTheModelLessSure() {
        LinearFit weak = fit(0.01, 1);
        LinearFit strong = fit(10, 1);
        losses(weak, 5);
        losses(strong, 5);

        double highestWeak = highestScore(weak.finish(features, messages));
        double highestStrong = highestScore(strong.finish(features, messages));

        assertThat(highestStrong).isLessThan(0.5 * highestWeak);
    }

    private double highestScore(TextClassifier classifier) {
        return messages.all().stream()
                .flatMapToDouble(message -> Arrays.stream(classifier.scores(message.text())))
                .max()
                .orElseThrow();
    }

    @Test
    void theSameSeedGivesTheSameLosses() {
        assertThat(losses(fit(0.1, 3), 3)).isEqualTo(losses(fit(0.1, 3), 3)).isNotEqualTo(losses(fit(0.1, 4), 3));
    }

    /** The reason for {@link ClassWeights}. Where this fails, Tribuo has been mended and the class can go. */
    @Test
    void tribuoIgnoresThePenaltyForWeightsInAMatrix() {
        DenseMatrix none = ((LinearParameters) trained(new LinearParameters(3, 2), 0)).getWeightMatrix();
        DenseMatrix strong = ((LinearParameters) trained(new LinearParameters(3, 2), 100)).getWeightMatrix();
        assertThat(strong).isEqualTo(none);

        ClassWeights noneByClass = (ClassWeights) trained(new ClassWeights(2, 3), 0);
        ClassWeights strongByClass = (ClassWeights) trained(new ClassWeights(2, 3), 100);
        assertThat(noneByClass.vector(0).toArray()).isEqualTo(none.getRow(0).toArray());
        assertThat(strongByClass.vector(0).twoNorm())
                .isLessThan(0.1 * noneByClass.vector(0).twoNorm());
    }

    private static FeedForwardParameters trained(FeedForwardParameters weights, double l2) {
        AdaGradRDA optimiser = new AdaGradRDA(0.5, 1e-6, 0, l2, 1);
        optimiser.initialise(weights);
        SGDVector row = DenseVector.createDenseVector(new double[] {1, 2, 3});
        for (int step = 0; step < 10; step++) {
            Pair<Double, SGDVector> slopes =
                    new LogMulticlass().lossAndGradient(step % 3 == 0 ? 1 : 0, weights.predict(row));
            weights.update(optimiser.step(weights.gradients(slopes, row), 1));
        }
        optimiser.finalise();
        return weights;
    }
}
