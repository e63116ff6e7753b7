package dev.maas.serving;

import dev.maas.ModelLoadException;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares outputs with those that a package expects, as ONNX compares those of its own tests: types and shapes are the same, numbers
 * differ by at most 1e-7 and a thousandth of what is expected, all else is equal.
 */
final class GoldenCheck {
    private static final double ABSOLUTE = 1e-7;
    private static final double RELATIVE = 1e-3;

    private final int number;

    GoldenCheck(int number) {
        this.number = number;
    }

    void compare(Map<String, Object> expected, Outputs actual) {
        expected.forEach((name, value) -> {
            if (!actual.names().contains(name)) {
                throw mismatch(name, "it is expected", "the model has no such output");
            }
            compare(name, value, actual.get(name));
        });
    }

    private void compare(String place, Object expected, Object actual) {
        if (expected instanceof Tensor wanted && actual instanceof Tensor got) {
            compareTensors(place, wanted, got);
        } else if (expected instanceof List<?> wanted && actual instanceof List<?> got && wanted.size() == got.size()) {
            for (int i = 0; i < wanted.size(); i++) {
                compare(place + "[" + i + "]", wanted.get(i), got.get(i));
            }
        } else if (expected instanceof Map<?, ?> wanted
                && actual instanceof Map<?, ?> got
                && wanted.keySet().equals(got.keySet())) {
            wanted.forEach(
                    (key, value) -> compare(place + "[" + key + "]", value, Objects.requireNonNull(got.get(key))));
        } else if (!same(expected, actual)) {
            throw mismatch(place, "expected " + expected, "got " + actual);
        }
    }

    private void compareTensors(String place, Tensor expected, Tensor actual) {
        if (expected.elementType() != actual.elementType() || !Arrays.equals(expected.shape(), actual.shape())) {
            throw mismatch(place, "expected " + type(expected), "got " + type(actual));
        }
        for (long i = 0; i < expected.elementCount(); i++) {
            if (!same(expected.element(i), actual.element(i))) {
                throw mismatch(
                        place + " at element " + i, "expected " + expected.element(i), "got " + actual.element(i));
            }
        }
    }

    private static String type(Tensor tensor) {
        return tensor.elementType() + Arrays.toString(tensor.shape());
    }

    private static boolean same(Object expected, Object actual) {
        boolean floating = expected instanceof Float || expected instanceof Double;
        if (floating && actual instanceof Number number) {
            double wanted = ((Number) expected).doubleValue();
            double got = number.doubleValue();
            return Double.compare(wanted, got) == 0 || Math.abs(got - wanted) <= ABSOLUTE + RELATIVE * Math.abs(wanted);
        }
        return expected.equals(actual);
    }

    private ModelLoadException mismatch(String place, String expected, String got) {
        return new ModelLoadException("The model failed the golden data set " + number + " of its own package: output '"
                + place + "': " + expected + ", " + got
                + ". The version must not serve: publish a correct model, or correct data");
    }
}
