package dev.maas.examples.text;

import java.util.List;

/**
 * What came out of a training.
 *
 * @param classifier the trained model
 * @param candidates every setting that was tried, in the order of the grid
 * @param chosen the one of least validation loss, which the classifier was trained with
 * @param losses the mean training loss in each epoch of the classifier's training
 */
public record Training(TextClassifier classifier, List<Candidate> candidates, Candidate chosen, List<Double> losses) {
    /** Copies the lists. */
    public Training {
        candidates = List.copyOf(candidates);
        losses = List.copyOf(losses);
    }
}
