package dev.maas.bind;

import dev.maas.EngineException;
import dev.maas.tensor.TensorBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one value out of dimensions that have one element. */
final class ScalarReader extends TensorReader {
    private final Class<?> type;
    private final Scalar kind;
    private final @Nullable EnumNames names;
    /** What the numbers of an integer output stand for; empty if for themselves. */
    private final List<String> labels;

    ScalarReader(int rank, Class<?> boxedType, Scalar kind, List<String> labels) throws Misfit {
        super(rank);
        this.type = boxedType;
        this.kind = kind;
        this.labels = labels;
        this.names = kind == Scalar.ENUM ? EnumNames.of(boxedType) : null;
    }

    @Override
    Object read(TensorBuffer from, int at) {
        if (rank > 0 && elements(from, 0) != 1) {
            throw new EngineException("The model gave " + elements(from, 0) + " values where the Java type, "
                    + type.getSimpleName() + ", has one; bind an array");
        }
        return get(from, at);
    }

    private Object get(TensorBuffer from, int at) {
        return switch (kind) {
            case FLOAT -> (float) Cells.getDouble(from, at);
            case DOUBLE -> Cells.getDouble(from, at);
            case BYTE -> (byte) Cells.getLong(from, at, Byte.SIZE);
            case SHORT -> (short) Cells.getLong(from, at, Short.SIZE);
            case INT -> (int) Cells.getLong(from, at, Integer.SIZE);
            case LONG -> Cells.getLong(from, at);
            case BOOLEAN -> Cells.getLong(from, at) != 0;
            case STRING, ENUM -> names == null ? text(from, at) : names.constantOf(text(from, at));
        };
    }

    private String text(TensorBuffer from, int at) {
        if (labels.isEmpty()) {
            return Cells.getText(from, at);
        }
        long index = Cells.getLong(from, at);
        if (index < 0 || index >= labels.size()) {
            throw new EngineException("The model gave the label number " + index + "; its metadata names "
                    + labels.size() + " labels, counted from 0");
        }
        return labels.get((int) index);
    }
}
