package dev.maas.bind;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** Writes an array of primitives into the last dimension. */
final class ArrayWriter extends TensorWriter {
    private final Class<?> type;
    private final Dimension declared;

    ArrayWriter(TensorSpec spec, Dimension declared, Class<?> arrayType) {
        super(spec, 1);
        this.type = arrayType;
        this.declared = declared;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        if (!type.isInstance(value)) {
            throw wrongType(value, type.getSimpleName());
        }
        measureAxis(Array.getLength(value), declared, sizes, axis);
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        int length = Array.getLength(value);
        requireMeasured(length, to);
        Cells.putArray(value, to, at);
        return at + length;
    }
}
