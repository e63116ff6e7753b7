package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes one value into a tensor of one element. */
final class ScalarWriter extends TensorWriter {
    private final Class<?> type;
    private final Scalar kind;
    private final @Nullable EnumNames names;

    ScalarWriter(TensorSpec spec, int rank, Class<?> boxedType, Scalar kind) throws Misfit {
        super(spec, rank);
        this.type = boxedType;
        this.kind = kind;
        this.names = kind == Scalar.ENUM ? EnumNames.of(boxedType) : null;
    }

    /** The spelling of the constants if the type is an enum. */
    @Nullable
    EnumNames names() {
        return names;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        if (!type.isInstance(value)) {
            throw wrongType(value, type.getSimpleName());
        }
        Arrays.fill(sizes, axis, axis + rank, 1);
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        if (!type.isInstance(value)) {
            throw invalid("was given a value that changed during the call: measured a " + type.getSimpleName()
                    + ", found a " + value.getClass().getSimpleName());
        }
        put(value, kind, names, to, at);
        return at + 1;
    }

    /** Writes a boxed value. */
    static void put(Object value, Scalar kind, @Nullable EnumNames names, TensorBuffer to, int at) {
        if (names != null) {
            to.strings()[at] = names.nameOf(value);
        } else if (kind.isFloating()) {
            Cells.putDouble(to, at, ((Number) value).doubleValue());
        } else if (kind.isInteger()) {
            Cells.putLong(to, at, ((Number) value).longValue());
        } else if (value instanceof Boolean truth) {
            Cells.putLong(to, at, truth ? 1 : 0);
        } else {
            to.strings()[at] = (String) value;
        }
    }
}
