package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;

/** Makes a record of the columns of the last dimension. */
final class ColumnsRecordReader extends TensorReader {
    private final RecordMaker maker;
    /** For each component its column. */
    private final int[] columns;

    private final ScalarReader[] readers;
    private final ColumnCount count;

    ColumnsRecordReader(RecordMaker maker, int[] columns, ScalarReader[] readers, ColumnCount count) {
        super(1);
        this.maker = maker;
        this.columns = columns;
        this.readers = readers;
        this.count = count;
    }

    @Override
    Object read(TensorBuffer from, int at) {
        count.require(size(from, 0));
        Object[] values = new Object[columns.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = readers[i].read(from, at + columns[i]);
        }
        return maker.make(values);
    }
}
