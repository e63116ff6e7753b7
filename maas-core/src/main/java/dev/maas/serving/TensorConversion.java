package dev.maas.serving;

import dev.maas.Translator;
import dev.maas.bind.Binding;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
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

/**
 * How values of two Java types become a model's input tensors, and what comes out becomes a value. Implementations are safe for use by any
 * thread.
 */
interface TensorConversion<I, O> {
    /** Returns the tensors in the order of the signature; those of a batchable model have a leading dimension. */
    List<Tensor> toTensors(I input);

    /** Returns a new value for outputs in the order of the signature, which came of these inputs. */
    O toResult(List<Tensor> inputs, List<Object> values);

    /** By a binding. */
    static <I, O> TensorConversion<I, O> of(Signature signature, Binding<I, O> binding) {
        return new TensorConversion<>() {
            @Override
            public List<Tensor> toTensors(I input) {
                return new HeapFrame(signature).write(binding, input);
            }

            @Override
            public O toResult(List<Tensor> inputs, List<Object> values) {
                return binding.read(new HeapFrame(inputs, values), 0);
            }
        };
    }

    /** By a translator. */
    static <I, O> TensorConversion<I, O> of(Signature signature, Translator<I, O> translator) {
        return new TensorConversion<>() {
            @Override
            public List<Tensor> toTensors(I input) {
                return TensorRun.inOrder(signature, translator.toTensors(input));
            }

            @Override
            public O toResult(List<Tensor> inputs, List<Object> values) {
                Outputs outputs = TensorRun.named(signature, values);
                return translator.fromOutputs(outputs);
            }
        };
    }

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
            int bytes = Math.toIntExact(
                    Math.multiplyExact(count, buffer.elementType().byteSize()));
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
}
