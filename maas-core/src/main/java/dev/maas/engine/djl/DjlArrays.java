package dev.maas.engine.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies values between DJL's arrays and tensors. */
final class DjlArrays {
    private DjlArrays() {}

    /** The tensors for a model's inputs, by name; with a leading dimension of 1 more than the arrays have if stacked. */
    static Map<String, Tensor> toTensors(NDList list, Signature signature, boolean stacked) {
        List<TensorSpec> inputs = signature.inputs();
        boolean named = list.stream()
                .allMatch(array -> array.getName() != null
                        && signature.input(array.getName()).isPresent());
        if (list.size() != inputs.size()) {
            throw new InvalidInputException(
                    "The model takes " + inputs + "; the DJL translator gave " + list.size() + " arrays");
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            NDArray array = list.get(i);
            TensorSpec spec = named ? signature.input(array.getName()).orElseThrow() : inputs.get(i);
            tensors.put(spec.name(), toTensor(array, spec, stacked));
        }
        return tensors;
    }

    private static Tensor toTensor(NDArray array, TensorSpec spec, boolean stacked) {
        ElementType type = DjlTypes.elementType(array.getDataType())
                .filter(spec.elementType()::equals)
                .orElseThrow(() -> new InvalidInputException("Input '" + spec.name() + "' takes " + spec.elementType()
                        + "; the DJL translator gave " + array.getDataType()));
        long[] shape = array.getShape().getShape();
        Tensor tensor;
        if (type == ElementType.STRING) {
            if (shape.length > 1) {
                throw new InvalidInputException("The DJL translator gave strings in " + shape.length
                        + " dimensions for input '" + spec.name() + "', which DJL mixes up");
            }
            tensor = Tensor.of(array.toStringArray(StandardCharsets.UTF_8), shape);
        } else {
            tensor = Tensor.of(type, array.toByteBuffer().order(ByteOrder.nativeOrder()), shape);
        }
        return stacked ? tensor.reshape(withRow(shape)) : tensor;
    }

    private static long[] withRow(long[] shape) {
        long[] rows = new long[shape.length + 1];
        rows[0] = 1;
        System.arraycopy(shape, 0, rows, 1, shape.length);
        return rows;
    }

    /** The arrays of a model's outputs, in its order; without the leading dimension of 1 if stacked. */
    static NDList toList(Outputs outputs, Signature signature, NDManager manager, boolean stacked) {
        NDList list = new NDList();
        for (ValueSpec spec : signature.outputs()) {
            if (!(outputs.get(spec.name()) instanceof Tensor tensor)) {
                throw new EngineException("Output " + spec + " is no tensor; a DJL translator reads tensors only");
            }
            NDArray array = toArray(stacked ? row(tensor, spec) : tensor, manager);
            array.setName(spec.name());
            list.add(array);
        }
        return list;
    }

    private static Tensor row(Tensor tensor, ValueSpec spec) {
        long[] shape = tensor.shape();
        if (shape.length == 0 || shape[0] != 1) {
            throw new EngineException("The DJL translator stacks inputs to batches, and gave one; output '"
                    + spec.name() + "' has the shape " + Arrays.toString(shape) + " instead of one row");
        }
        return tensor.reshape(Arrays.copyOfRange(shape, 1, shape.length));
    }

    private static NDArray toArray(Tensor tensor, NDManager manager) {
        Shape shape = new Shape(tensor.shape());
        if (tensor.elementType() == ElementType.STRING) {
            return manager.create(tensor.toStrings(), StandardCharsets.UTF_8, shape);
        }
        ByteBuffer values = ByteBuffer.allocateDirect((int) tensor.byteSize()).order(ByteOrder.nativeOrder());
        values.put(tensor.buffer()).flip();
        return manager.create(values, shape, DjlTypes.dataType(tensor.elementType()));
    }
}
