package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the values of a map into the columns of the last dimension, by their keys. */
final class ColumnsMapWriter extends TensorWriter {
    private final List<String> columns;

    ColumnsMapWriter(TensorSpec spec, List<String> columns) {
        super(spec, 1);
        this.columns = columns;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        if (!(value instanceof Map<?, ?> row)) {
            throw wrongType(value, "a Map");
        }
        for (String column : columns) {
            Object cell = row.get(column);
            if (cell == null) {
                throw invalid("takes a value for each of the columns " + columns + "; none came for '" + column + "'");
            }
            Scalar kind = Scalar.of(cell.getClass());
            if (kind == null || kind == Scalar.ENUM || !kind.goesInto(spec.elementType())) {
                throw invalid("takes " + Scalar.takenBy(spec.elementType()) + " in column '" + column + "'; got "
                        + cell.getClass().getSimpleName());
            }
        }
        if (row.size() != columns.size()) {
            Set<Object> extra = new LinkedHashSet<>(row.keySet());
            columns.forEach(extra::remove);
            throw invalid("has the columns " + columns + "; got also " + extra);
        }
        sizes[axis] = columns.size();
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        Map<?, ?> row = (Map<?, ?>) value;
        int next = at;
        for (String column : columns) {
            Object cell = row.get(column);
            Scalar kind = cell == null ? null : Scalar.of(cell.getClass());
            if (cell == null || kind == null || !kind.goesInto(spec.elementType())) {
                throw invalid("was given a map that changed during the call, in column '" + column + "'");
            }
            ScalarWriter.put(cell, kind, null, to, next++);
        }
        return next;
    }
}
