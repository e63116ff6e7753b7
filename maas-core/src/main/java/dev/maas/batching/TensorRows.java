package dev.maas.batching;

import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.OutputMemory;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tensors that a caller made. Either they get a run of their own, and the engine reads direct memory where it is; or they are rows,
 * which may share a run with those of others and are copied into its memory.
 */
final class TensorRows implements Call.Rows {
    private final List<Tensor> inputs;
    private final List<ValueSpec> outputs;
    private final @Nullable OutputMemory memory;
    private final boolean shared;
    private final int rows;
    private final long[][] shapes;
    private final List<Object> results = new ArrayList<>();

    private TensorRows(
            List<Tensor> inputs,
            List<ValueSpec> outputs,
            @Nullable OutputMemory memory,
            boolean shared,
            int rows,
            long[][] shapes) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.memory = memory;
        this.shared = shared;
        this.rows = rows;
        this.shapes = shapes;
    }

    /** Tensors for a run of their own. */
    static TensorRows alone(List<Tensor> inputs, List<ValueSpec> outputs, @Nullable OutputMemory memory) {
        long[][] shapes = inputs.stream().map(Tensor::shape).toArray(long[][]::new);
        return new TensorRows(inputs, outputs, memory, false, 1, shapes);
    }

    /** Rows of a batchable model: the leading dimensions of all tensors are the same, and not zero. */
    static TensorRows shared(List<Tensor> inputs, List<ValueSpec> outputs, @Nullable OutputMemory memory) {
        long[][] shapes = inputs.stream()
                .map(tensor -> Arrays.copyOfRange(tensor.shape(), 1, tensor.rank()))
                .toArray(long[][]::new);
        return new TensorRows(inputs, outputs, memory, true, (int) inputs.get(0).shape()[0], shapes);
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
        for (int output = 0; output < outputs.size(); output++) {
            Tensor placed = memory != null && outputs.get(output) instanceof TensorSpec spec
                    ? place(memory, spec, frame.output(output), row)
                    : null;
            if (placed != null) {
                results.add(placed);
            } else {
                results.add(shared ? slice(frame.output(output), row) : frame.outputValue(output));
            }
        }
    }

    /** Copies from the frame's memory to that of the caller, which does not lead through the heap. */
    private @Nullable Tensor place(OutputMemory target, TensorSpec spec, TensorBuffer buffer, int row) {
        if (buffer.elementType() == ElementType.STRING) {
            return null;
        }
        long[] shape = buffer.shape();
        int bytes = buffer.elementCount() * buffer.elementType().byteSize();
        int begin = 0;
        if (shared) {
            int perRow = bytes / (int) shape[0];
            shape[0] = rows;
            bytes = rows * perRow;
            begin = row * perRow;
        }
        ByteBuffer values = target.allocate(spec, bytes);
        if (values == null) {
            return null;
        }
        values.put(values.position(), buffer.bytes(), begin, bytes);
        return Tensor.wrap(buffer.elementType(), values, shape);
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
