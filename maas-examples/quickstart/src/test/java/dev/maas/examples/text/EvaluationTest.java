package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    /** Says what the text says: "a" is a, "b" is b, "c" is c. */
    private static TextClassifier classifier;

    @BeforeAll
    static void train() throws InterruptedException {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            for (String label : List.of("a", "b", "c")) {
                messages.add(new Message(label, label));
            }
        }
        classifier = TextTrainer.simple().train(Messages.of(messages)).classifier();
    }

    private static Evaluation evaluate(String... textsAndLabels) {
        List<Message> messages = new ArrayList<>();
        for (String pair : textsAndLabels) {
            messages.add(new Message(pair.substring(0, 1), pair.substring(1)));
        }
        return Evaluation.of(classifier, Messages.of(messages));
    }

    @Test
    void countsByTruthAndPrediction() {
        Evaluation evaluation = evaluate("aa", "aa", "ab", "bb", "cb", "cc");

        int[][] expected = {{2, 0, 0}, {1, 1, 1}, {0, 0, 1}};
        for (int truth = 0; truth < 3; truth++) {
            for (int predicted = 0; predicted < 3; predicted++) {
                assertThat(evaluation.count(truth, predicted)).isEqualTo(expected[truth][predicted]);
            }
        }
        assertThat(evaluation.messages()).isEqualTo(6);
        assertThat(evaluation.right()).isEqualTo(4);
        assertThat(evaluation.accuracy()).isEqualTo(4 / 6.0);
    }

    @Test
    void measuresEachClass() {
        Evaluation evaluation = evaluate("aa", "aa", "ab", "bb", "cb", "cc");

        assertThat(evaluation.classes())
                .containsExactly(
                        new Evaluation.ClassQuality("a", 2 / 3.0, 1, 0.8, 2),
                        new Evaluation.ClassQuality("b", 1, 1 / 3.0, 0.5, 3),
                        new Evaluation.ClassQuality("c", 0.5, 1, 2 / 3.0, 1));
        assertThat(evaluation.macroF1()).isCloseTo((0.8 + 0.5 + 2 / 3.0) / 3, within(1e-12));
    }

    @Test
    void aClassThatNothingWasPutIntoHasNoPrecision() {
        Evaluation.ClassQuality b = evaluate("aa", "ab").classes().get(1);

        assertThat(b.precision()).isNaN();
        assertThat(b.recall()).isZero();
        assertThat(b.f1()).isZero();
    }

    @Test
    void aClassWithoutMessagesIsLeftOutOfTheMean() {
        Evaluation evaluation = evaluate("aa", "bb");

        assertThat(evaluation.classes().get(2).recall()).isNaN();
        assertThat(evaluation.macroF1()).isEqualTo(1);
    }

    @Test
    void theLossIsTheMeanSurprise() {
        Evaluation evaluation = evaluate("aa", "ab");

        double[] scores = classifier.scores("a");
        assertThat(evaluation.loss()).isCloseTo(-(Math.log(scores[0]) + Math.log(scores[1])) / 2, within(1e-12));
    }
}
