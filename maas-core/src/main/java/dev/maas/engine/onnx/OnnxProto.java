package dev.maas.engine.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the few ONNX messages that this engine makes itself, in protobuf's wire format, field by field.
 *
 * <p>Source of the field numbers: onnx.proto of the ONNX project; of the format: protobuf.dev, "Encoding".
 */
final class OnnxProto {
    static final int INT64 = 7;
    static final int STRING = 8;
    static final int BOOL = 9;

    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_STRING = 3;
    private static final int ATTRIBUTE_TENSOR = 4;
    private static final int ATTRIBUTE_GRAPH = 5;
    private static final int ATTRIBUTE_INTS = 7;
    private static final int ATTRIBUTE_STRINGS = 8;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    // Graphs.

    static OnnxProto node(
            String domain, String operator, List<String> inputs, List<String> outputs, OnnxProto... attributes) {
        OnnxProto node = new OnnxProto();
        inputs.forEach(input -> node.text(1, input));
        outputs.forEach(output -> node.text(2, output));
        node.text(4, operator);
        for (OnnxProto attribute : attributes) {
            node.message(5, attribute);
        }
        return domain.isEmpty() ? node : node.text(7, domain);
    }

    static OnnxProto integer(String name, long value) {
        return new OnnxProto().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
    }

    static OnnxProto string(String name, String value) {
        return new OnnxProto().text(1, name).text(4, value).number(20, ATTRIBUTE_STRING);
    }

    static OnnxProto tensor(String name, OnnxProto value) {
        return new OnnxProto().text(1, name).message(5, value).number(20, ATTRIBUTE_TENSOR);
    }

    static OnnxProto graph(String name, OnnxProto value) {
        return new OnnxProto().text(1, name).message(6, value).number(20, ATTRIBUTE_GRAPH);
    }

    static OnnxProto integers(String name, long... values) {
        OnnxProto attribute = new OnnxProto().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, ATTRIBUTE_INTS);
    }

    static OnnxProto strings(String name, List<byte[]> values) {
        OnnxProto attribute = new OnnxProto().text(1, name);
        values.forEach(value -> attribute.bytes(9, value));
        return attribute.number(20, ATTRIBUTE_STRINGS);
    }

    /** A named tensor of any shape. */
    static OnnxProto value(String name, int elementCode) {
        OnnxProto type = new OnnxProto().message(1, new OnnxProto().number(1, elementCode));
        return new OnnxProto().text(1, name).message(2, type);
    }

    /** A named sequence of tensors of any shape. */
    static OnnxProto sequenceValue(String name, int elementCode) {
        OnnxProto element = new OnnxProto().message(1, new OnnxProto().number(1, elementCode));
        OnnxProto type = new OnnxProto().message(4, new OnnxProto().message(1, element));
        return new OnnxProto().text(1, name).message(2, type);
    }

    /** A model with this graph and the operators of ONNX 1.15. */
    static byte[] model(OnnxProto graph) {
        return new OnnxProto()
                .number(1, 9)
                .message(7, graph.text(2, "maas"))
                .message(8, new OnnxProto().text(1, "").number(2, 20))
                .message(8, new OnnxProto().text(1, "ai.onnx.ml").number(2, 3))
                .toBytes();
    }

    // Fields.

    OnnxProto number(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    OnnxProto text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    OnnxProto message(int field, OnnxProto value) {
        return bytes(field, value.toBytes());
    }

    OnnxProto bytes(int field, byte[] value) {
        key(field, LENGTH_DELIMITED);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private void key(int field, int wireType) {
        varint(((long) field << 3) | wireType);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }
}
