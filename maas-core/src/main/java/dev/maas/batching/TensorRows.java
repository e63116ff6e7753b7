package dev.maas.batching;

import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tensors that a caller made. Either they get a run of their own, and the engine reads direct memory where it is; or they are rows,
 * which may share a run with those of others and are copied into its memory.
 */
final class TensorRows implements Call.Rows {
    private final List<Tensor> inputs;
    private final int outputs;
    private final boolean shared;
    private final int rows;
    private final long[][] shapes;
    private final List<Object> results = new ArrayList<>();

    private TensorRows(List<Tensor> inputs, int outputs, boolean shared, int rows, long[][] shapes) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.shared = shared;
        this.rows = rows;
        this.shapes = shapes;
    }

    /** Tensors for a run of their own. */
    static TensorRows alone(List<Tensor> inputs, int outputs) {
        long[][] shapes = inputs.stream().map(Tensor::shape).toArray(long[][]::new);
        return new TensorRows(inputs, outputs, false, 1, shapes);
    }

    /** Rows of a batchable model: the leading dimensions of all tensors are the same, and not zero. */
    static TensorRows shared(List<Tensor> inputs, int outputs) {
        long[][] shapes = inputs.stream()
                .map(tensor -> Arrays.copyOfRange(tensor.shape(), 1, tensor.rank()))
                .toArray(long[][]::new);
        return new TensorRows(inputs, outputs, true, (int) inputs.get(0).shape()[0], shapes);
    }

    @Override
    public long[][] shapes() {
        return shapes;
    }

    @Override
    public boolean isRowwise() {
        return shared;
    }

    @Override
    public int count() {
        return rows;
    }

    @Override
    public void reshape(RunFrame frame, int totalRows) {
        if (shared) {
            Execution.reshape(frame, shapes, true, totalRows);
        }
    }

    @Override
    public void write(RunFrame frame, int row) {
        for (int input = 0; input < inputs.size(); input++) {
            if (shared) {
                copy(inputs.get(input), frame.input(input), row);
            } else {
                frame.bind(input, inputs.get(input));
            }
        }
    }

    private void copy(Tensor tensor, TensorBuffer buffer, int row) {
        if (tensor.elementType() == ElementType.STRING) {
            String[] values = tensor.toStrings();
            System.arraycopy(values, 0, buffer.strings(), row * (values.length / rows), values.length);
        } else {
            int bytes = (int) tensor.byteSize();
            buffer.bytes().put(row * (bytes / rows), tensor.buffer(), 0, bytes);
        }
    }

    @Override
    public void read(RunFrame frame, int row) {
        results.clear();
        for (int output = 0; output < outputs; output++) {
            results.add(shared ? slice(frame.output(output), row) : frame.outputValue(output));
        }
    }

    private Tensor slice(TensorBuffer buffer, int row) {
        long[] shape = buffer.shape();
        int perRow = buffer.elementCount() / (int) shape[0];
        shape[0] = rows;
        if (buffer.elementType() == ElementType.STRING) {
            String[] values = new String[rows * perRow];
            System.arraycopy(buffer.strings(), row * perRow, values, 0, values.length);
            return Tensor.of(values, shape);
        }
        int size = buffer.elementType().byteSize();
        ByteBuffer values = buffer.bytes().duplicate().order(ByteOrder.nativeOrder());
        values.position(row * perRow * size).limit((row + rows) * perRow * size);
        return Tensor.of(buffer.elementType(), values, shape);
    }

    /** The outputs, once the call is done without a failure. */
    List<Object> results() {
        return results;
    }
}
