package dev.maas.conformance;

import dev.maas.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares what a model gave with what was expected: types, shapes, keys, integers, truth values and strings exactly, and
 * floating-point numbers within {@code |got - want| <= absolute + relative * |want|}.
 */
final class Closeness {
    private final double relative;
    private final double absolute;
    private final boolean values;

    /** Compares values too only if told so. */
    Closeness(double relative, double absolute, boolean values) {
        this.relative = relative;
        this.absolute = absolute;
        this.values = values;
    }

    /** Throws unless the value is as expected. */
    void require(String name, Object want, Object got) {
        if (want instanceof Tensor expected && got instanceof Tensor tensor) {
            requireTensor(name, expected, tensor);
        } else if (want instanceof List<?> expected && got instanceof List<?> list) {
            requireList(name, expected, list);
        } else if (want instanceof Map<?, ?> expected && got instanceof Map<?, ?> map) {
            requireMap(name, expected, map);
        } else if (!want.getClass().equals(got.getClass())) {
            throw new AssertionError(name + ": expected " + want + ", got " + got);
        } else if (values && !close(want, got)) {
            throw new AssertionError(name + ": expected " + want + ", got " + got);
        }
    }

    private void requireTensor(String name, Tensor want, Tensor got) {
        if (want.elementType() != got.elementType() || !Arrays.equals(want.shape(), got.shape())) {
            throw new AssertionError(name + ": expected " + want + ", got " + got);
        }
        for (long i = 0; i < want.elementCount(); i++) {
            require(name + "[" + i + "]", want.element(i), got.element(i));
        }
    }

    private void requireList(String name, List<?> want, List<?> got) {
        if (want.size() != got.size()) {
            throw new AssertionError(name + ": expected " + want.size() + " values, got " + got.size());
        }
        for (int i = 0; i < want.size(); i++) {
            require(name + "[" + i + "]", want.get(i), got.get(i));
        }
    }

    private void requireMap(String name, Map<?, ?> want, Map<?, ?> got) {
        if (!want.keySet().equals(got.keySet())) {
            throw new AssertionError(name + ": expected the keys " + want.keySet() + ", got " + got.keySet());
        }
        want.forEach((key, value) -> require(name + "[" + key + "]", value, Objects.requireNonNull(got.get(key))));
    }

    private boolean close(Object want, Object got) {
        if (want instanceof Float || want instanceof Double) {
            double expected = ((Number) want).doubleValue();
            double actual = ((Number) got).doubleValue();
            return Double.compare(expected, actual) == 0
                    || Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
        }
        return want.equals(got);
    }
}
