package dev.maas.bind;

import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorFrame;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A run's memory without an engine: a test plays the model, and says what comes out. */
final class TestFrame implements TensorFrame {
    /** The row that {@link #echo} uses of a run, so that a binding which forgets the row is found out. */
    private static final int ROW = 1;

    private static final int ROWS = 3;

    private final List<TensorBuffer> inputs = new ArrayList<>();
    private final List<TensorBuffer> outputs = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    TestFrame(Signature signature) {
        signature.inputs().forEach(spec -> inputs.add(new TensorBuffer(spec.elementType())));
        for (ValueSpec spec : signature.outputs()) {
            outputs.add(new TensorBuffer(spec instanceof TensorSpec tensor ? tensor.elementType() : ElementType.INT8));
            values.add("nothing came out of '" + spec.name() + "'");
        }
    }

    static TensorSpec tensor(String name, ElementType type, String shape) {
        return new TensorSpec(name, type, Shape.parse(shape));
    }

    /** A model that takes {@code x} and gives {@code y}, of one type and shape. */
    static Signature alike(ElementType type, String shape) {
        return Signature.of(List.of(tensor("x", type, shape)), List.of(tensor("y", type, shape)));
    }

    /** A null where the compiler would not let one pass. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    static <T> T absent() {
        return null;
    }

    @Override
    public TensorBuffer input(int index) {
        return inputs.get(index);
    }

    @Override
    public TensorBuffer output(int index) {
        return outputs.get(index);
    }

    @Override
    public Object outputValue(int index) {
        return values.get(index);
    }

    /** Lets an output come out. */
    TestFrame gives(int output, Object value) {
        if (value instanceof Tensor tensor) {
            outputs.get(output).copyFrom(tensor);
        }
        values.set(output, value);
        return this;
    }

    /** Writes a value as a runner does: measures it, reshapes the inputs and writes, in the middle of a batch if it is a row. */
    <I> TestFrame takes(Binding<I, ?> binding, I value) {
        long[][] shapes = binding.shapes(value);
        for (int input = 0; input < shapes.length; input++) {
            if (binding.isRowwise()) {
                inputs.get(input).reshapeRows(ROWS, shapes[input]);
            } else {
                inputs.get(input).reshape(shapes[input]);
            }
        }
        inputs.stream()
                .filter(input -> input.elementType() == ElementType.STRING)
                .forEach(input -> Arrays.fill(input.strings(), ""));
        binding.write(value, this, binding.isRowwise() ? ROW : 0);
        return this;
    }

    <O> O read(Binding<?, O> binding) {
        return binding.read(this, binding.isRowwise() ? ROW : 0);
    }

    /** The values of an input that were written for the row, or all of them. */
    Object written(int input, Binding<?, ?> binding) {
        Tensor all = inputs.get(input).toTensor();
        return binding.isRowwise() ? java.lang.reflect.Array.get(all.toNested(), ROW) : all.toNested();
    }

    /** Sends a value into a model that gives each of its inputs back as the output of the same place. */
    static <I, O> O echo(Signature signature, ModelMetadata metadata, TypeRef<I> in, TypeRef<O> out, I value) {
        Binding<I, O> binding = Binder.bind(signature, metadata, in, out);
        TestFrame frame = new TestFrame(signature).takes(binding, value);
        for (int i = 0; i < signature.inputs().size(); i++) {
            TensorBuffer from = frame.inputs.get(i);
            TensorBuffer to = frame.outputs.get(i);
            to.reshape(from.shape());
            if (from.elementType() == ElementType.STRING) {
                System.arraycopy(from.strings(), 0, to.strings(), 0, from.elementCount());
            } else {
                to.bytes()
                        .put(
                                0,
                                from.bytes(),
                                0,
                                from.elementCount() * from.elementType().byteSize());
            }
        }
        return frame.read(binding);
    }

    static <I, O> O echo(Signature signature, TypeRef<I> in, TypeRef<O> out, I value) {
        return echo(signature, ModelMetadata.empty(), in, out, value);
    }
}
