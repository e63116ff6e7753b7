package dev.maas.examples.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How well a classifier does on messages it has not seen.
 *
 * <p>Immutable and safe for use by any thread.
 */
public final class Evaluation {
    private final List<String> labels;
    private final int[][] counts;
    private final double loss;

    private Evaluation(List<String> labels, int[][] counts, double loss) {
        this.labels = labels;
        this.counts = counts;
        this.loss = loss;
    }

    /**
     * How well one class is told from the others.
     *
     * @param label the class
     * @param precision the share of right ones among what was put into the class; NaN if nothing was
     * @param recall the share of the class's messages that were put into it; NaN if it has none
     * @param f1 the harmonic mean of the two; 0 if no message was right, NaN if the class has none
     * @param messages how many messages the class has
     */
    public record ClassQuality(String label, double precision, double recall, double f1, int messages) {}

    /** Classifies every message and counts. */
    public static Evaluation of(TextClassifier classifier, Messages messages) {
        int[][] counts = new int[classifier.labels().size()][classifier.labels().size()];
        double loss = 0;
        for (Message message : messages.all()) {
            int truth = classifier.labels().indexOf(message.category());
            double[] scores = classifier.scores(message.text());
            counts[truth][TextClassifier.indexOfMax(scores)]++;
            loss -= Math.log(scores[truth]);
        }
        return new Evaluation(classifier.labels(), counts, loss / messages.size());
    }

    /** Returns the share of messages that were put into their class. */
    public double accuracy() {
        return right() / (double) messages();
    }

    /** Returns the mean log loss. */
    public double loss() {
        return loss;
    }

    /** Returns how many messages were classified. */
    public int messages() {
        return Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
    }

    /** Returns how many messages were put into their class. */
    public int right() {
        int right = 0;
        for (int i = 0; i < counts.length; i++) {
            right += counts[i][i];
        }
        return right;
    }

    /** Returns the mean F1 of the classes that have messages. */
    public double macroF1() {
        return classes().stream()
                .mapToDouble(ClassQuality::f1)
                .filter(f1 -> !Double.isNaN(f1))
                .average()
                .orElse(Double.NaN);
    }

    /** Returns the quality of each class, in the order of the labels. */
    public List<ClassQuality> classes() {
        List<ClassQuality> all = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            int right = counts[i][i];
            int actual = Arrays.stream(counts[i]).sum();
            int predicted = 0;
            for (int[] row : counts) {
                predicted += row[i];
            }
            double f1 = actual == 0 ? Double.NaN : 2.0 * right / (actual + predicted);
            all.add(new ClassQuality(labels.get(i), right / (double) predicted, right / (double) actual, f1, actual));
        }
        return all;
    }

    /** Returns the labels, in the order of the counts. */
    public List<String> labels() {
        return labels;
    }

    /** Returns how many messages of one class were put into another, by their places among the labels. */
    public int count(int truth, int predicted) {
        return counts[truth][predicted];
    }
}
