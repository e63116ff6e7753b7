package dev.maas.examples.text;

import java.util.List;

/**
 * A trained classifier of short texts.
 *
 * <p>It can classify in plain Java, which is how it is measured; for service it is written as ONNX, and the two agree. Immutable
 * and safe for use by any thread.
 */
public final class TextClassifier {
    private final TextFeatures features;
    private final List<String> labels;
    private final float[][] weights;
    private final float[] bias;

    TextClassifier(TextFeatures features, List<String> labels, float[][] weights, float[] bias) {
        this.features = features;
        this.labels = labels;
        this.weights = weights;
        this.bias = bias;
    }

    /** Returns the labels, in the order of the scores. */
    public List<String> labels() {
        return labels;
    }

    /** Returns how many features the classifier weighs. */
    public int featureCount() {
        return features.size();
    }

    /** Returns how probable each label is for a text; together they make 1. */
    public double[] scores(String text) {
        SparseRow row = features.row(text);
        double[] scores = new double[labels.size()];
        double highest = Double.NEGATIVE_INFINITY;
        for (int label = 0; label < scores.length; label++) {
            scores[label] = bias[label];
            for (int i = 0; i < row.columns().length; i++) {
                scores[label] += weights[label][row.columns()[i]] * row.values()[i];
            }
            highest = Math.max(highest, scores[label]);
        }
        double sum = 0;
        for (int label = 0; label < scores.length; label++) {
            scores[label] = Math.exp(scores[label] - highest);
            sum += scores[label];
        }
        for (int label = 0; label < scores.length; label++) {
            scores[label] /= sum;
        }
        return scores;
    }

    /** Returns the most probable label for a text. */
    public String classify(String text) {
        return labels.get(indexOfMax(scores(text)));
    }

    /** Returns where the largest value is; the first of equals. */
    static int indexOfMax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /**
     * Returns the classifier as an ONNX model: input {@code text} of strings, outputs {@code label} of strings and {@code scores}
     * of probabilities, each with a free leading dimension. The same classifier gives the same bytes.
     */
    public byte[] toOnnx() {
        return new OnnxExport(features, labels, weights, bias).toBytes();
    }
}
