package dev.maas.registry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * ONNX models of one operator, {@code y = operator(x, w)}, written as protobuf by hand: fields by the numbers of {@code onnx.proto}. The first
 * dimension of x and y is free.
 */
final class OnnxBytes {
    static final int FLOAT32 = 1;
    static final int UINT32 = 12;

    private static final int IR_VERSION = 9;
    private static final int OPSET = 18;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private OnnxBytes() {}

    /** A model whose weight lies in its own file. */
    static byte[] model(String operator, int inputs, int outputs, byte[] weight) {
        return model(
                operator,
                FLOAT32,
                inputs,
                outputs,
                weight(FLOAT32, inputs, outputs).blob(9, weight));
    }

    /** A model whose weight, one row, lies in another file. */
    static byte[] withWeightIn(String file, int offset, String operator, int type, int width) {
        OnnxBytes weight = new OnnxBytes()
                .number(1, width)
                .number(2, type)
                .text(8, "w")
                .part(13, entry("location", file))
                .part(13, entry("offset", Integer.toString(offset)))
                .part(13, entry("length", Integer.toString(4 * width)))
                .number(14, 1);
        return model(operator, type, width, width, weight);
    }

    private static byte[] model(String operator, int type, int inputs, int outputs, OnnxBytes weight) {
        OnnxBytes node = new OnnxBytes().text(1, "x").text(1, "w").text(2, "y").text(4, operator);
        OnnxBytes graph = new OnnxBytes()
                .part(1, node)
                .text(2, "graph")
                .part(5, weight)
                .part(11, value("x", type, inputs))
                .part(12, value("y", type, outputs));
        return new OnnxBytes()
                .number(1, IR_VERSION)
                .part(7, graph)
                .part(8, new OnnxBytes().number(2, OPSET))
                .bytes
                .toByteArray();
    }

    private static OnnxBytes weight(int type, int rows, int columns) {
        return new OnnxBytes()
                .number(1, rows)
                .number(1, columns)
                .number(2, type)
                .text(8, "w");
    }

    private static OnnxBytes entry(String key, String value) {
        return new OnnxBytes().text(1, key).text(2, value);
    }

    private static OnnxBytes value(String name, int type, int width) {
        OnnxBytes shape =
                new OnnxBytes().part(1, new OnnxBytes().text(2, "batch")).part(1, new OnnxBytes().number(1, width));
        OnnxBytes tensor = new OnnxBytes().number(1, type).part(2, shape);
        return new OnnxBytes().text(1, name).part(2, new OnnxBytes().part(1, tensor));
    }

    private OnnxBytes number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    private OnnxBytes text(int field, String value) {
        return blob(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private OnnxBytes part(int field, OnnxBytes message) {
        return blob(field, message.bytes.toByteArray());
    }

    private OnnxBytes blob(int field, byte[] value) {
        varint(((long) field << 3) | 2);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    private void varint(long value) {
        long rest = value;
        while (rest >>> 7 != 0) {
            bytes.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }
}
