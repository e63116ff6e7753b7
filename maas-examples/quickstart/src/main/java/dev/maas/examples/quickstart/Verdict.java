package dev.maas.examples.quickstart;

import java.util.Map;

/**
 * What the model says about a message. The components have the names of the model's outputs, which is all that maas needs to fill
 * them.
 *
 * @param label the most probable category
 * @param scores how probable each category is
 */
public record Verdict(String label, Map<String, Float> scores) {
    /** Copies the map. */
    public Verdict {
        scores = Map.copyOf(scores);
    }

    /** Returns how probable the label is. */
    public float confidence() {
        return scores.getOrDefault(label, Float.NaN);
    }
}
