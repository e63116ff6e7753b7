package dev.maas.serving;

import dev.maas.bind.Binding;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorFrame;
import dev.maas.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The memory of a run that has not come, or is over, on the heap. */
final class HeapFrame implements TensorFrame {
    private final List<TensorBuffer> inputs = new ArrayList<>();
    private final List<Object> outputs;

    HeapFrame(Signature signature) {
        this.outputs = List.of();
        for (TensorSpec spec : signature.inputs()) {
            inputs.add(new TensorBuffer(spec.elementType()));
        }
    }

    HeapFrame(List<Tensor> inputs, List<Object> outputs) {
        this.outputs = outputs;
        inputs.forEach(tensor -> this.inputs.add(holding(tensor)));
    }

    private static TensorBuffer holding(Tensor tensor) {
        TensorBuffer buffer = new TensorBuffer(tensor.elementType());
        if (tensor.elementType() == ElementType.STRING) {
            buffer.attach(tensor.toStrings(), tensor.shape());
        } else {
            buffer.attach(tensor.buffer(), tensor.shape());
        }
        return buffer;
    }

    <I> List<Tensor> write(Binding<I, ?> binding, I input) {
        long[][] shapes = binding.shapes(input);
        for (int i = 0; i < shapes.length; i++) {
            long[] shape = binding.isRowwise() ? withLeadingOne(shapes[i]) : shapes[i];
            attachMemory(inputs.get(i), shape);
        }
        binding.write(input, this, 0);
        return inputs.stream().map(TensorBuffer::toTensor).toList();
    }

    private static long[] withLeadingOne(long[] rowShape) {
        long[] shape = new long[rowShape.length + 1];
        shape[0] = 1;
        System.arraycopy(rowShape, 0, shape, 1, rowShape.length);
        return shape;
    }

    private static void attachMemory(TensorBuffer buffer, long[] shape) {
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        if (buffer.elementType() == ElementType.STRING) {
            buffer.attach(new String[Math.toIntExact(count)], shape);
            return;
        }
        int bytes =
                Math.toIntExact(Math.multiplyExact(count, buffer.elementType().byteSize()));
        buffer.attach(ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder()), shape);
    }

    @Override
    public TensorBuffer input(int index) {
        return inputs.get(index);
    }

    @Override
    public TensorBuffer output(int index) {
        if (!(outputs.get(index) instanceof Tensor tensor)) {
            throw new IllegalStateException("The output " + index + " is no tensor");
        }
        return holding(tensor);
    }

    @Override
    public Object outputValue(int index) {
        return outputs.get(index);
    }
}
