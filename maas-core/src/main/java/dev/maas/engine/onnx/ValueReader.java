package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.maas.EngineException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Copies what the runtime allocated to the Java heap.
 *
 * <p>Reading a sequence makes a native value of each element; each is closed here, on every path. The value itself is closed by
 * whoever holds it. Safe for use by any thread.
 */
final class ValueReader {
    /** As many bytes as a buffer in Java can hold, less what JVMs keep for themselves. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 64L;

    private final TextBridge texts;

    ValueReader(TextBridge texts) {
        this.texts = texts;
    }

    /** Points the buffer at a copy of a tensor's values. */
    void readInto(TensorBuffer buffer, OnnxValue value, String output) throws OrtException {
        OnnxTensor tensor = requireTensor(value, output);
        long[] shape = tensor.getInfo().getShape();
        ElementType type = requireType(tensor, output);
        if (type != buffer.elementType()) {
            throw new EngineException("Output '" + output + "' is declared as " + buffer.elementType()
                    + "; the model gave " + type + ". Its file is inconsistent");
        }
        if (type == ElementType.STRING) {
            buffer.attach(texts.toStrings(tensor), shape);
        } else {
            buffer.attach(bytes(tensor, type, output), shape);
        }
    }

    /** Reads a value of any kind as {@link dev.maas.tensor.Outputs} holds it. */
    Object read(OnnxValue value, String output) throws OrtException {
        if (value instanceof OnnxSequence sequence) {
            return sequence(sequence, output);
        }
        if (value instanceof OnnxMap map) {
            return map(map, output);
        }
        OnnxTensor tensor = requireTensor(value, output);
        long[] shape = tensor.getInfo().getShape();
        ElementType type = requireType(tensor, output);
        return type == ElementType.STRING
                ? Tensor.of(texts.toStrings(tensor), shape)
                : Tensor.wrap(type, bytes(tensor, type, output), shape);
    }

    /** Reads a scalar truth value. */
    static boolean isTrue(OnnxValue value) throws OrtException {
        return Boolean.TRUE.equals(value.getValue());
    }

    private static OnnxTensor requireTensor(OnnxValue value, String output) {
        if (value instanceof OnnxTensor tensor) {
            return tensor;
        }
        throw new EngineException("Output '" + output + "' is declared as a tensor; the model gave " + value.getType());
    }

    private static ElementType requireType(OnnxTensor tensor, String output) {
        TensorInfo info = tensor.getInfo();
        return OnnxTypes.elementType(info.onnxType)
                .orElseThrow(() -> new EngineException("Output '" + output + "' holds " + OnnxTypes.label(info.onnxType)
                        + ", which ONNX Runtime's Java API cannot read"));
    }

    private static ByteBuffer bytes(OnnxTensor tensor, ElementType type, String output) {
        long count = tensor.getInfo().getNumElements();
        if (count > MOST_BYTES / type.byteSize()) {
            throw new EngineException("Output '" + output + "' has " + count + " elements of " + type
                    + "; more than 2 GiB cannot be read into Java. Call the model with less at a time");
        }
        try {
            return tensor.getByteBuffer();
        } catch (OutOfMemoryError e) {
            // One array was too large for the heap, which is as it was before; a model that swells must not end the
            // application.
            throw new EngineException(
                    "Output '" + output + "' has " + count + " elements of " + type
                            + ", for which Java's heap has no room. Call the model with less at a time, or raise -Xmx",
                    e);
        }
    }

    private List<Object> sequence(OnnxSequence sequence, String output) throws OrtException {
        // The runtime's Java API takes an empty sequence for one of an unknown type.
        if (sequence.getInfo().length == 0) {
            return List.of();
        }
        List<? extends OnnxValue> elements = sequence.getValue();
        try {
            List<Object> values = new ArrayList<>(elements.size());
            for (OnnxValue element : elements) {
                values.add(read(element, output));
            }
            return Collections.unmodifiableList(values);
        } finally {
            elements.forEach(OnnxValue::close);
        }
    }

    private static Map<Object, Object> map(OnnxMap map, String output) throws OrtException {
        // Sorted, since the runtime's Java API gives no order of its own.
        Map<Object, Object> values = new TreeMap<>(map.getValue());
        if (values.size() != map.size()) {
            throw new EngineException("Of the " + map.size() + " keys of output '" + output + "', " + values.size()
                    + " are left in Java: ONNX Runtime's Java API damages characters beyond the basic plane, such as emoji. "
                    + "Export the model without ZipMap, with plain tensors as outputs");
        }
        return Collections.unmodifiableMap(values);
    }
}
