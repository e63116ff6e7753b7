package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextFeaturesTest {
    /** Words by number: 0 is a, 1 is b, 2 is c. */
    private static final List<String> TEXTS = List.of("a b", "A b a b", "b c");

    /** How telling a word is that stands in so many of the three texts. */
    private static double rarity(int texts) {
        return Math.log(4.0 / (1 + texts)) + 1;
    }

    @Test
    void aWordCountsByHowOftenItIsThereAndHowFewTextsHaveIt() {
        TextFeatures features = TextFeatures.of(TEXTS, WordForm.PLAIN, false);

        SparseRow row = features.row("c a c");

        double a = rarity(2);
        double c = 2 * rarity(1);
        assertThat(row.columns()).containsExactly(0, 2);
        assertThat(row.values())
                .containsExactly(new double[] {a / Math.hypot(a, c), c / Math.hypot(a, c)}, within(1e-7));
    }

    @Test
    void neighboursThatTwoTextsHaveAreAFeatureOfHalfTheWeight() {
        TextFeatures features = TextFeatures.of(TEXTS, WordForm.PLAIN, true);

        assertThat(features.size()).isEqualTo(4);
        assertThat(features.pairs()).containsOnlyKeys(new TextFeatures.Pair(0, 1));
        assertThat(features.weights()[3]).isCloseTo((float) (0.5 * rarity(2)), within(1e-7f));
        assertThat(features.row("a b").columns()).containsExactly(0, 1, 3);
        assertThat(features.row("b a").columns()).containsExactly(0, 1);
    }

    @Test
    void anUnknownWordBetweenTwoWordsParts() {
        TextFeatures features = TextFeatures.of(TEXTS, WordForm.PLAIN, true);

        assertThat(features.row("a zebra b").columns()).containsExactly(0, 1);
    }

    @Test
    void everyRowWithAKnownWordHasLengthOne() {
        TextFeatures features = TextFeatures.of(
                Messages.samples().all().stream().map(Message::text).toList(), WordForm.STEM, true);
        for (Message message : Messages.samples().all()) {
            double squares = Arrays.stream(features.row(message.text()).values())
                    .map(v -> v * v)
                    .sum();
            assertThat(squares).as(message.text()).isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void aTextWithoutAKnownWordIsAllZero() {
        TextFeatures features = TextFeatures.of(TEXTS, WordForm.PLAIN, true);

        for (String text : List.of("", "   ", "zebra", "?!", "\ud83d\ude00", "a\tb")) {
            assertThat(features.row(text).columns()).as(text).isEmpty();
        }
    }
}
