package dev.maas.examples.quickstart;

import dev.maas.examples.text.Evaluation;
import dev.maas.examples.text.TextClassifier;
import dev.maas.examples.text.Training;

/**
 * A trained version on its way into the registry.
 *
 * @param name what to call it in print
 * @param training how it was trained
 * @param evaluation how good it is on messages it has not seen
 */
record Version(String name, Training training, Evaluation evaluation) {
    TextClassifier classifier() {
        return training.classifier();
    }
}
