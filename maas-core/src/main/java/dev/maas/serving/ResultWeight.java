package dev.maas.serving;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import java.util.Collection;
import java.util.Map;

/** Estimates the heap that kept results take, in bytes. */
final class ResultWeight {
    private static final long ENTRY = 240;
    private static final long OBJECT = 48;

    private ResultWeight() {}

    /** Returns the bytes of a cache's entry with these outputs and its key. */
    static int of(Collection<?> outputs) {
        return (int) Math.min(Integer.MAX_VALUE, ENTRY + all(outputs));
    }

    private static long all(Collection<?> values) {
        long sum = 0;
        for (Object value : values) {
            sum += each(value);
        }
        return sum;
    }

    private static long each(Object value) {
        if (value instanceof Tensor tensor) {
            return OBJECT
                    + (tensor.elementType() == ElementType.STRING ? strings(tensor.toStrings()) : tensor.byteSize());
        }
        if (value instanceof Collection<?> values) {
            return OBJECT + all(values);
        }
        if (value instanceof Map<?, ?> entries) {
            return OBJECT + all(entries.keySet()) + all(entries.values()) + OBJECT * entries.size();
        }
        return value instanceof String text ? string(text) : OBJECT / 2;
    }

    private static long strings(String[] values) {
        long sum = 0;
        for (String value : values) {
            sum += string(value);
        }
        return sum;
    }

    private static long string(String value) {
        return OBJECT + 2L * value.length();
    }
}
