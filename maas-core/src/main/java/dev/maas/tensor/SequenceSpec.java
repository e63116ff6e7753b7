package dev.maas.tensor;

import java.util.Objects;

/**
 * The declaration of a sequence output; it comes back as a {@link java.util.List}.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param name the name that the model gives the sequence
 * @param element the type of its elements; their name is empty
 */
public record SequenceSpec(String name, ValueSpec element) implements ValueSpec {
    /** Checks that no part is missing. */
    public SequenceSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(element, "element");
    }

    @Override
    public String typeText() {
        return "sequence(" + element.typeText() + ")";
    }

    /** Returns name and type, such as {@code scores: sequence(map(string, float32))}. */
    @Override
    public String toString() {
        return name + ": " + typeText();
    }
}
