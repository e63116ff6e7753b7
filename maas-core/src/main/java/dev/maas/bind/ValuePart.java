package dev.maas.bind;

import dev.maas.EngineException;
import dev.maas.tensor.TensorFrame;
import java.util.List;

/** Reads an output that is a sequence or a map. */
final class ValuePart implements OutputPart {
    private final int output;
    private final String name;
    private final boolean elementPerRow;
    private final ValueConverter converter;

    ValuePart(int output, String name, boolean elementPerRow, ValueConverter converter) {
        this.output = output;
        this.name = name;
        this.elementPerRow = elementPerRow;
        this.converter = converter;
    }

    @Override
    public Object read(TensorFrame frame, int row) {
        Object value = frame.outputValue(output);
        if (!elementPerRow) {
            return converter.convert(value);
        }
        List<?> perRow = (List<?>) value;
        long expected = frame.input(0).dimension(0);
        if (perRow.size() != expected) {
            throw new EngineException("Output '" + name + "' came as a sequence of " + perRow.size() + " for "
                    + expected + " rows of input; bind it as a List with types that have the leading dimension");
        }
        return converter.convert(perRow.get(row));
    }
}
