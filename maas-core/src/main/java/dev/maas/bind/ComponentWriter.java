package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes one single-valued component of a record into a tensor of one element. */
final class ComponentWriter extends TensorWriter {
    private final ScalarComponent component;

    ComponentWriter(TensorSpec spec, int rank, ScalarComponent component) {
        super(spec, rank);
        this.component = component;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        if (value == null || component.isNullIn(value)) {
            throw invalid("takes no nulls; " + component.name() + " is null");
        }
        Arrays.fill(sizes, axis, axis + rank, 1);
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        component.write(value, to, at);
        return at + 1;
    }
}
