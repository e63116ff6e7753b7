package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import org.jspecify.annotations.Nullable;

/** Writes the components of a record into the columns of the last dimension. */
final class ColumnsRecordWriter extends TensorWriter {
    private final Class<?> type;
    /** In the order of the columns. */
    private final ScalarComponent[] components;

    ColumnsRecordWriter(TensorSpec spec, Class<?> type, ScalarComponent[] components) {
        super(spec, 1);
        this.type = type;
        this.components = components;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        if (value == null || value.getClass() != type) {
            throw wrongType(value, type.getSimpleName());
        }
        for (ScalarComponent component : components) {
            if (component.isNullIn(value)) {
                throw invalid("takes no nulls; " + component.name() + " is null");
            }
        }
        sizes[axis] = components.length;
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        for (int column = 0; column < components.length; column++) {
            components[column].write(value, to, at + column);
        }
        return at + components.length;
    }
}
