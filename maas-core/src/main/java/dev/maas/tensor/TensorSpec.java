package dev.maas.tensor;

import java.util.Objects;

/**
 * The declaration of a tensor: its name, the type of its elements and its shape.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param name the name that the model gives the tensor
 * @param elementType the type of its elements
 * @param shape its declared shape
 */
public record TensorSpec(String name, ElementType elementType, Shape shape) implements ValueSpec {
    /** Checks that no part is missing. */
    public TensorSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(elementType, "elementType");
        Objects.requireNonNull(shape, "shape");
    }

    @Override
    public String typeText() {
        return shape.isRankKnown() ? elementType + shape.toString() : elementType + "[unknown rank]";
    }

    /** Returns name and type, such as {@code x: float32[batch, 4]}. */
    @Override
    public String toString() {
        return name + ": " + typeText();
    }
}
