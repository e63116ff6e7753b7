package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextClassifierTest {
    private static final List<String> LABELS = List.of("one", "two", "three");

    /** Columns: 0 is a, 1 is b; each stands in one of two texts, so that both weigh the same. */
    private static final TextFeatures FEATURES = TextFeatures.of(List.of("a", "b"), WordForm.PLAIN, false);

    private static TextClassifier classifier(float... bias) {
        return new TextClassifier(FEATURES, LABELS, new float[][] {{1, 0}, {0, 1}, {-1, -1}}, bias);
    }

    @Test
    void scoresAreTheSoftmaxOfWeightsTimesFeatures() {
        double[] scores = classifier(0, 0, 0).scores("a");

        double sum = Math.E + 1 + 1 / Math.E;
        assertThat(scores).containsExactly(new double[] {Math.E / sum, 1 / sum, 1 / Math.E / sum}, within(1e-12));
    }

    @Test
    void whatIsUnknownIsJudgedByTheBiasAlone() {
        TextClassifier classifier = classifier(0, 2, 1);

        assertThat(classifier.classify("zebra")).isEqualTo("two");
        assertThat(classifier.scores("")).isEqualTo(classifier.scores("zebra ?!"));
    }

    @Test
    void scoresMakeOneHoweverLargeTheWeights() {
        for (float size : new float[] {0, 1, 100, 1e6f, 1e30f}) {
            double[] scores = classifier(size, -size, 0).scores("a b");

            assertThat(scores).doesNotContain(Double.NaN);
            assertThat(Arrays.stream(scores).sum()).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void amongEqualsTheFirstLabelWins() {
        assertThat(classifier(0, 0, 0).classify("a b")).isEqualTo("one");
        assertThat(classifier(0, 0, 0).classify("")).isEqualTo("one");
    }

    @Test
    void tellsItsLabelsAndSize() {
        assertThat(classifier(0, 0, 0).labels()).isEqualTo(LABELS);
        assertThat(classifier(0, 0, 0).featureCount()).isEqualTo(2);
    }
}
