package dev.maas.rollout;

import java.lang.reflect.Array;

/** Copies what callers may change. */
final class Copies {
    private Copies() {}

    /** Returns a copy of an array with copies of the arrays in it; anything else as it is. */
    @SuppressWarnings("unchecked")
    static <T> T ofArray(T value) {
        if (value == null || !value.getClass().isArray()) {
            return value;
        }
        int length = Array.getLength(value);
        Object copy = Array.newInstance(value.getClass().getComponentType(), length);
        System.arraycopy(value, 0, copy, 0, length);
        if (copy instanceof Object[] elements) {
            for (int i = 0; i < length; i++) {
                elements[i] = ofArray(elements[i]);
            }
        }
        return (T) copy;
    }
}
