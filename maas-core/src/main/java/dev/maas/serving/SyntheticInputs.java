package dev.maas.serving;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes inputs that fit a signature: one row of zeros or empty strings. */
final class SyntheticInputs {
    /** Larger inputs are not worth making up. */
    private static final long MOST_ELEMENTS = 1 << 24;

    private SyntheticInputs() {}

    /** Returns an input for each of the signature's, or empty if a rank is unknown or a tensor would be too large. */
    static Optional<Map<String, Tensor>> of(Signature signature) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (TensorSpec spec : signature.inputs()) {
            if (!spec.shape().isRankKnown()) {
                return Optional.empty();
            }
            long[] shape = spec.shape().dimensions().stream()
                    .mapToLong(dimension -> dimension.isFree() ? 1 : dimension.size())
                    .toArray();
            long elements = elements(spec);
            if (elements > MOST_ELEMENTS) {
                return Optional.empty();
            }
            inputs.put(spec.name(), zeros(spec.elementType(), (int) elements, shape));
        }
        return Optional.of(inputs);
    }

    private static long elements(TensorSpec spec) {
        double product = 1;
        for (Dimension dimension : spec.shape().dimensions()) {
            product *= dimension.isFree() ? 1 : dimension.size();
        }
        return (long) Math.min(product, Long.MAX_VALUE);
    }

    private static Tensor zeros(ElementType type, int elements, long[] shape) {
        if (type == ElementType.STRING) {
            String[] values = new String[elements];
            Arrays.fill(values, "");
            return Tensor.of(values, shape);
        }
        return Tensor.of(type, ByteBuffer.allocate(elements * type.byteSize()), shape);
    }
}
