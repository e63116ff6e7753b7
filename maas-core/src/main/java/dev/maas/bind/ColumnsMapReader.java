package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a map of the columns of the last dimension, in their order. */
final class ColumnsMapReader extends TensorReader {
    private final List<Object> keys;
    private final ScalarReader reader;
    private final ColumnCount count;

    ColumnsMapReader(List<Object> keys, ScalarReader reader, ColumnCount count) {
        super(1);
        this.keys = keys;
        this.reader = reader;
        this.count = count;
    }

    @Override
    Object read(TensorBuffer from, int at) {
        count.require(size(from, 0));
        Map<Object, Object> values = new LinkedHashMap<>(keys.size() * 2);
        for (int column = 0; column < keys.size(); column++) {
            values.put(keys.get(column), reader.read(from, at + column));
        }
        return Collections.unmodifiableMap(values);
    }
}
