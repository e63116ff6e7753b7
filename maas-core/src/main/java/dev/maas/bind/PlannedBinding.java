package dev.maas.bind;

import dev.maas.tensor.TensorFrame;

/** A binding whose parts were found and checked. */
final class PlannedBinding<I, O> implements Binding<I, O> {
    private final Rows rows;
    private final InputPlan inputs;
    private final OutputPart outputs;

    PlannedBinding(Rows rows, InputPlan inputs, OutputPart outputs) {
        this.rows = rows;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    @Override
    public boolean isRowwise() {
        return rows == Rows.ONE_OF_MANY;
    }

    @Override
    public long[][] shapes(I input) {
        return inputs.shapes(input);
    }

    @Override
    public void write(I input, TensorFrame frame, int row) {
        inputs.write(input, frame, row);
    }

    @Override
    @SuppressWarnings("unchecked") // The part was found for this very type.
    public O read(TensorFrame frame, int row) {
        return (O) outputs.read(frame, row);
    }
}
