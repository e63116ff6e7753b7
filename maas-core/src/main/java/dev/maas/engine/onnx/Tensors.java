package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.maas.InvalidInputException;
import dev.maas.tensor.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Makes the runtime's tensors over memory in the machine's byte order. */
final class Tensors {
    private Tensors() {}

    /**
     * Makes a tensor over the first bytes of direct memory, or over a copy of them where the memory lies on the heap.
     *
     * @param type a type that has a carrier
     */
    static OnnxTensor over(OrtEnvironment runtime, ElementType type, ByteBuffer memory, int count, long[] shape)
            throws OrtException {
        OnnxJavaType carrier = OnnxTypes.carrier(type)
                .orElseThrow(() -> new IllegalArgumentException("No tensor of " + type + " can be made in Java"));
        // Exactly the tensor's bytes: the runtime's own check lets a buffer of as many bytes as elements pass.
        ByteBuffer exact = memory.duplicate()
                .order(ByteOrder.nativeOrder())
                .position(0)
                .limit(Math.multiplyExact(count, type.byteSize()));
        try {
            return OnnxTensor.createTensor(runtime, exact.isDirect() ? exact : directCopy(exact), shape, carrier);
        } catch (IllegalStateException e) {
            throw new InvalidInputException(
                    "A tensor of " + type + Arrays.toString(shape) + " has " + exact.remaining()
                            + " bytes, which ONNX Runtime's Java API refuses; call the model with less at a time",
                    e);
        }
    }

    private static ByteBuffer directCopy(ByteBuffer bytes) {
        ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.nativeOrder());
        copy.put(bytes).flip();
        return copy;
    }
}
