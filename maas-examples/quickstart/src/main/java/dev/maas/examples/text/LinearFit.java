package dev.maas.examples.text;

import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.Arrays;
import java.util.Random;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;
import org.tribuo.math.la.SparseVector;
import org.tribuo.math.optimisers.AdaGradRDA;

/**
 * A logistic regression in the making: Tribuo's log loss and AdaGrad with L2, one message at a time, one epoch per call.
 *
 * <p>Tribuo's trainers run all epochs in one go and tell the loss only to a log; this loop is theirs, opened up. Not safe for
 * use by several threads at once.
 */
final class LinearFit {
    /** Keeps the first steps of a column, whose gradients are yet few, from being huge. */
    private static final double EPSILON = 1e-6;

    private final LogMulticlass objective = new LogMulticlass();
    private final int columns;
    private final SGDVector[] rows;
    private final int[] classes;
    private final int[] order;
    private final Random random;
    private final ClassWeights weights;
    private final AdaGradRDA optimiser;

    LinearFit(TextFeatures features, Messages messages, Settings settings, long seed) {
        this.columns = features.size();
        this.rows = rows(features, messages);
        this.classes = classes(messages);
        this.order = new int[rows.length];
        Arrays.setAll(order, i -> i);
        this.random = new Random(seed);
        this.weights = new ClassWeights(messages.categories().size(), columns + 1);
        this.optimiser = new AdaGradRDA(settings.learningRate(), EPSILON, 0, settings.l2(), rows.length);
        optimiser.initialise(weights);
    }

    private static SGDVector[] rows(TextFeatures features, Messages messages) {
        return messages.all().stream()
                .map(message -> withBias(features.row(message.text()), features.size()))
                .toArray(SGDVector[]::new);
    }

    private static int[] classes(Messages messages) {
        return messages.all().stream().mapToInt(messages::classOf).toArray();
    }

    /** The last column is 1 in every row, so that its weight is the class's bias. */
    private static SGDVector withBias(SparseRow row, int biasColumn) {
        int[] columns = Arrays.copyOf(row.columns(), row.columns().length + 1);
        double[] values = Arrays.copyOf(row.values(), row.values().length + 1);
        columns[columns.length - 1] = biasColumn;
        values[values.length - 1] = 1;
        return SparseVector.createSparseVector(biasColumn + 1, columns, values);
    }

    /** Learns once from every message, in a new random order, and returns the mean loss met on the way. */
    double epoch() {
        shuffle();
        double loss = 0;
        for (int i : order) {
            Pair<Double, SGDVector> lossAndSlopes = objective.lossAndGradient(classes[i], weights.predict(rows[i]));
            // Tribuo climbs the log-likelihood, which is the loss with its sign turned.
            loss -= lossAndSlopes.getA();
            weights.update(optimiser.step(weights.gradients(lossAndSlopes, rows[i]), 1));
        }
        return loss / rows.length;
    }

    private void shuffle() {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
    }

    /** Returns how the weights as they are now do on other messages. */
    Quality measure(TextFeatures features, Messages messages) {
        SGDVector[] others = rows(features, messages);
        int[] truths = classes(messages);
        double loss = 0;
        int right = 0;
        for (int i = 0; i < others.length; i++) {
            DenseVector scores = weights.predict(others[i]);
            right += scores.indexOfMax() == truths[i] ? 1 : 0;
            loss -= objective.lossAndGradient(truths[i], scores).getA();
        }
        return new Quality(loss / others.length, right / (double) others.length);
    }

    /**
     * How well a model does.
     *
     * @param loss the mean log loss
     * @param accuracy the share that it gets right
     */
    record Quality(double loss, double accuracy) {}

    /** Ends the training and returns the classifier; no epoch may follow. */
    TextClassifier finish(TextFeatures features, Messages messages) {
        optimiser.finalise();
        int count = messages.categories().size();
        float[][] byClass = new float[count][columns];
        float[] bias = new float[count];
        for (int label = 0; label < count; label++) {
            double[] learned = weights.vector(label).toArray();
            for (int column = 0; column < columns; column++) {
                byClass[label][column] = (float) learned[column];
            }
            bias[label] = (float) learned[columns];
        }
        return new TextClassifier(features, messages.categories(), byClass, bias);
    }
}
