package dev.maas.bind;

import dev.maas.EngineException;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorFrame;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;

/** Reads an output that is a tensor; checks first that it came as it was declared. */
final class TensorPart implements OutputPart {
    private final int output;
    private final TensorSpec spec;
    private final Rows rows;
    private final TensorReader reader;
    private final int expectedRank;

    TensorPart(int output, TensorSpec spec, Rows rows, TensorReader reader) {
        this.output = output;
        this.spec = spec;
        this.rows = rows;
        this.reader = reader;
        this.expectedRank =
                reader.rank == TensorReader.ANY_RANK ? reader.rank : reader.rank + (rows.leavesOutLeading() ? 1 : 0);
    }

    @Override
    public Object read(TensorFrame frame, int row) {
        TensorBuffer from = frame.output(output);
        if (expectedRank >= 0 && from.rank() != expectedRank) {
            throw wrong(from, "where the Java type has " + expectedRank + " dimensions");
        }
        if (rows == Rows.ALL) {
            return reader.read(from, 0);
        }
        long expected = rows == Rows.THE_ONLY ? 1 : frame.input(0).dimension(0);
        if (from.rank() == 0 || from.dimension(0) != expected) {
            throw wrong(
                    from,
                    "for " + expected
                            + " rows of input; bind types that have the leading dimension, such as float[][]");
        }
        return reader.read(from, row * (from.elementCount() / (int) expected));
    }

    private EngineException wrong(TensorBuffer from, String expectation) {
        return new EngineException("Output '" + spec.name() + "' (" + spec.typeText() + ") came as "
                + Arrays.toString(from.shape()) + " " + expectation);
    }
}
