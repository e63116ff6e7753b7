package dev.maas.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model gave for one call: named values in the model's order.
 *
 * <p>A value is a {@link Tensor}, a {@link List} of values (a sequence), or a {@link Map} from {@code Long} or
 * {@code String} to boxed scalars. All of it lives on the Java heap and needs no closing. Immutable and safe
 * for use by any thread.
 */
public final class Outputs {
    private final Map<String, Object> values;

    private Outputs(Map<String, ?> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Returns outputs with these values, in the map's order. */
    public static Outputs of(Map<String, ?> values) {
        values.forEach(Outputs::requireValue);
        return new Outputs(values);
    }

    private static void requireValue(String name, @Nullable Object value) {
        if (!(value instanceof Tensor || value instanceof List || value instanceof Map)) {
            String type = value == null ? "null" : value.getClass().getName();
            throw new IllegalArgumentException("Output '" + name + "' is a Tensor, a List or a Map; got " + type);
        }
    }

    /** Returns the names of the outputs, in the model's order. */
    public Set<String> names() {
        return values.keySet();
    }

    /**
     * Returns the value of that name.
     *
     * @throws NoSuchElementException if there is none
     */
    public Object get(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new NoSuchElementException("No output is named '" + name + "'; there are " + values.keySet());
        }
        return value;
    }

    /**
     * Returns the tensor of that name.
     *
     * @throws NoSuchElementException if there is none
     * @throws IllegalStateException if the output is a sequence or a map
     */
    public Tensor tensor(String name) {
        return cast(name, Tensor.class, "tensor");
    }

    /**
     * Returns the sequence of that name.
     *
     * @throws NoSuchElementException if there is none
     * @throws IllegalStateException if the output is a tensor or a map
     */
    public List<?> list(String name) {
        return cast(name, List.class, "sequence");
    }

    /**
     * Returns the map of that name.
     *
     * @throws NoSuchElementException if there is none
     * @throws IllegalStateException if the output is a tensor or a sequence
     */
    public Map<?, ?> map(String name) {
        return cast(name, Map.class, "map");
    }

    private <T> T cast(String name, Class<T> type, String kind) {
        Object value = get(name);
        if (!type.isInstance(value)) {
            throw new IllegalStateException("Output '" + name + "' is no " + kind + " but a "
                    + (value instanceof Tensor ? "tensor" : value instanceof List ? "sequence" : "map"));
        }
        return type.cast(value);
    }

    /** Returns all values by name; the map cannot be changed. */
    public Map<String, Object> asMap() {
        return values;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Outputs outputs && values.equals(outputs.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
