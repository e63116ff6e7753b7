package dev.maas.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model gave for one call: named values in the model's order.
 *
 * <p>A value is a {@link Tensor}, a {@link List} of values (a sequence), or a {@link Map} from {@code Long} or
 * {@code String} to boxed scalars. There are no nulls, and lists and maps cannot be changed. All of it lives on the Java
 * heap and needs no closing. Immutable and safe for use by any thread.
 */
public final class Outputs {
    private final Map<String, Object> values;

    private Outputs(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /**
     * Returns outputs with these values, in the map's order. Lists and maps are copied.
     *
     * @throws IllegalArgumentException if a value is of another kind than the class describes; the message names its output
     * @throws NullPointerException if a name is null
     */
    public static Outputs of(Map<String, ?> values) {
        Map<String, Object> copies = new LinkedHashMap<>();
        values.forEach((name, value) -> copies.put(Objects.requireNonNull(name, "name"), copy(name, value)));
        return new Outputs(copies);
    }

    private static Object copy(String name, @Nullable Object value) {
        if (value instanceof Tensor) {
            return value;
        }
        if (value instanceof List<?> elements) {
            List<Object> copies = new ArrayList<>(elements.size());
            elements.forEach(element -> copies.add(copy(name, element)));
            return Collections.unmodifiableList(copies);
        }
        if (value instanceof Map<?, ?> entries) {
            Map<Object, Object> copies = new LinkedHashMap<>();
            entries.forEach((key, scalar) -> copies.put(requireKey(name, key), requireScalar(name, scalar)));
            return Collections.unmodifiableMap(copies);
        }
        throw wrong(name, "is made of a Tensor, a List of these or a Map", value);
    }

    private static Object requireKey(String name, @Nullable Object key) {
        if (key instanceof Long || key instanceof String) {
            return key;
        }
        throw wrong(name, "has a map with keys that are Long or String", key);
    }

    private static Object requireScalar(String name, @Nullable Object scalar) {
        if (scalar instanceof Number || scalar instanceof Boolean || scalar instanceof String) {
            return scalar;
        }
        throw wrong(name, "has a map with values that are boxed scalars", scalar);
    }

    private static IllegalArgumentException wrong(String name, String expected, @Nullable Object actual) {
        return new IllegalArgumentException("Output '" + name + "' " + expected + "; got "
                + (actual == null ? "null" : actual.getClass().getName()));
    }

    /** Returns the names of the outputs, in the model's order; the set cannot be changed. */
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
                    + (value instanceof Tensor
                            ? "tensor; read it with tensor(…)"
                            : value instanceof List ? "sequence; read it with list(…)" : "map; read it with map(…)"));
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
