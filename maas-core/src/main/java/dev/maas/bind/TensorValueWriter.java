package dev.maas.bind;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a tensor as it is. */
final class TensorValueWriter extends TensorWriter {
    private final List<Dimension> declared;

    TensorValueWriter(TensorSpec spec, List<Dimension> declared) {
        super(spec, declared.size());
        this.declared = declared;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        if (!(value instanceof Tensor tensor)) {
            throw wrongType(value, "a Tensor");
        }
        if (tensor.elementType() != spec.elementType() || tensor.rank() != rank) {
            throw invalid("takes a tensor of that type; got " + tensor.elementType() + Arrays.toString(tensor.shape()));
        }
        long[] shape = tensor.shape();
        for (int i = 0; i < rank; i++) {
            measureAxis(shape[i], declared.get(i), sizes, axis + i);
        }
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        to.copyFrom((Tensor) value);
        return at + to.elementCount();
    }
}
