package dev.maas.examples.text;

import java.util.List;

/**
 * How settings did in cross-validation: trained on all folds but one and measured on that one, for each fold.
 *
 * @param settings the settings
 * @param losses the mean log loss on the messages held out, after each epoch
 * @param epochs after how many epochs it was lowest
 * @param accuracy the share of the messages held out that the models got right, after so many epochs
 */
public record Candidate(Settings settings, List<Double> losses, int epochs, double accuracy) {
    /** Copies the list. */
    public Candidate {
        losses = List.copyOf(losses);
    }

    /** Returns the lowest loss. */
    public double loss() {
        return losses.get(epochs - 1);
    }
}
