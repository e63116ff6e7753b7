package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import dev.maas.InvalidInputException;

/** Takes nested arrays of JSON apart, in row-major order. The methods have no state and are safe for use by any thread. */
final class NestedJson {
    private NestedJson() {}

    /**
     * Adds all elements of nested arrays, which must be regular.
     *
     * @param what what they belong to, for messages
     * @return the sizes, outermost first; empty for a plain value
     * @throws InvalidInputException if rows differ in length, or an element is of the wrong type
     */
    static long[] addAll(JsonElement nested, Elements elements, String what) {
        int rank = 0;
        for (JsonElement inner = nested; inner instanceof JsonArray array; inner = array.get(0)) {
            rank++;
            if (array.isEmpty()) {
                break;
            }
        }
        long[] shape = new long[rank];
        JsonElement inner = nested;
        for (int axis = 0; axis < rank; axis++) {
            JsonArray array = (JsonArray) inner;
            shape[axis] = array.size();
            inner = array.isEmpty() ? array : array.get(0);
        }
        add(nested, elements, what, shape, 0);
        return shape;
    }

    private static void add(JsonElement nested, Elements elements, String what, long[] shape, int axis) {
        if (axis == shape.length) {
            elements.add(nested);
            return;
        }
        if (!(nested instanceof JsonArray array) || array.size() != shape[axis]) {
            throw new InvalidInputException(what + " is not regular: at depth " + (axis + 1) + " an array of "
                    + shape[axis] + " is expected; got "
                    + (nested instanceof JsonArray other ? "one of " + other.size() : "a plain value"));
        }
        array.forEach(item -> add(item, elements, what, shape, axis + 1));
    }
}
