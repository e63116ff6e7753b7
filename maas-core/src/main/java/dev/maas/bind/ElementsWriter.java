package dev.maas.bind;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes a list, or an array of objects, along one dimension; another writer knows its elements. */
final class ElementsWriter extends TensorWriter {
    private final Class<?> type;
    private final Dimension declared;
    private final TensorWriter element;

    ElementsWriter(TensorSpec spec, Dimension declared, Class<?> type, TensorWriter element) {
        super(spec, element.rank + 1);
        this.type = type;
        this.declared = declared;
        this.element = element;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        Iterable<?> elements = elements(value);
        int length = 0;
        for (Object each : elements) {
            try {
                element.measure(each, sizes, axis + 1);
            } catch (dev.maas.InvalidInputException e) {
                throw each == null
                        ? invalid("takes no nulls; element " + length + " along dimension " + axis + " is null")
                        : e;
            }
            length++;
        }
        measureAxis(length, declared, sizes, axis);
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        long expected = to.dimension(to.rank() - rank);
        int next = at;
        int length = 0;
        for (Object each : elements(value)) {
            if (length++ == expected || each == null) {
                requireMeasured(each == null ? -1 : length, to);
            } else {
                next = element.write(each, to, next);
            }
        }
        requireMeasured(length, to);
        return next;
    }

    private Iterable<?> elements(@Nullable Object value) {
        if (!type.isInstance(value)) {
            throw wrongType(value, type.getSimpleName());
        }
        return value instanceof Iterable<?> list ? list : Arrays.asList((Object[]) value);
    }
}
