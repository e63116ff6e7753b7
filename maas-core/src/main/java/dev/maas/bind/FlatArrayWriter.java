package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.lang.reflect.Array;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes one array of primitives, in row-major order, into several dimensions of fixed sizes. */
final class FlatArrayWriter extends TensorWriter {
    private final Class<?> type;
    private final long[] fixed;
    private final long count;

    FlatArrayWriter(TensorSpec spec, long[] fixed, long count, Class<?> arrayType) {
        super(spec, fixed.length);
        this.type = arrayType;
        this.fixed = fixed;
        this.count = count;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        if (!type.isInstance(value)) {
            throw wrongType(value, type.getSimpleName());
        }
        if (Array.getLength(value) != count) {
            throw invalid("takes the " + count + " elements of " + Arrays.toString(fixed) + " in one "
                    + type.getSimpleName() + "; got " + Array.getLength(value));
        }
        System.arraycopy(fixed, 0, sizes, axis, rank);
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        if (Array.getLength(value) != count) {
            throw invalid("was given an array that changed during the call");
        }
        Cells.putArray(value, to, at);
        return at + (int) count;
    }
}
