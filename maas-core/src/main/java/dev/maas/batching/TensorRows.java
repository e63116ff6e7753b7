package dev.maas.batching;

import dev.maas.engine.RunFrame;
import dev.maas.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Tensors that a caller made: a run of its own, whose inputs the engine reads where they are. */
final class TensorRows implements Call.Rows {
    private final List<Tensor> inputs;
    private final int outputs;
    private final List<Object> results = new ArrayList<>();

    TensorRows(List<Tensor> inputs, int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    @Override
    public long[][] shapes() {
        return inputs.stream().map(Tensor::shape).toArray(long[][]::new);
    }

    @Override
    public boolean isRowwise() {
        return false;
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public void reshape(RunFrame frame, int totalRows) {
        // The tensors take the place of the frame's own memory.
    }

    @Override
    public void write(RunFrame frame, int row) {
        for (int input = 0; input < inputs.size(); input++) {
            frame.bind(input, inputs.get(input));
        }
    }

    @Override
    public void read(RunFrame frame, int row) {
        results.clear();
        for (int output = 0; output < outputs; output++) {
            results.add(frame.outputValue(output));
        }
    }

    List<Object> results() {
        return results;
    }
}
