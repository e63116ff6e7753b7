package dev.maas.tensor;

import java.util.Objects;

/**
 * The declaration of a map output; it comes back as a {@link java.util.Map} from {@code Long} or {@code String}
 * to boxed scalars.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param name the name that the model gives the map
 * @param keyType the type of its keys, {@link ElementType#INT64} or {@link ElementType#STRING}
 * @param valueType the type of its values
 */
public record MapSpec(String name, ElementType keyType, ElementType valueType) implements ValueSpec {
    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the keys are of another type than those two
     */
    public MapSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(keyType, "keyType");
        Objects.requireNonNull(valueType, "valueType");
        if (keyType != ElementType.INT64 && keyType != ElementType.STRING) {
            throw new IllegalArgumentException("The keys of map '" + name + "' are int64 or string; got " + keyType);
        }
    }

    @Override
    public String typeText() {
        return "map(" + keyType + ", " + valueType + ")";
    }

    /** Returns name and type, such as {@code scores: map(string, float32)}. */
    @Override
    public String toString() {
        return name + ": " + typeText();
    }
}
