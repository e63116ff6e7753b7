package dev.maas.testmodels;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds an ONNX model. The same calls always give the same bytes.
 *
 * <p>Not safe for use by several threads at once. Source of the field numbers: onnx.proto of the ONNX project.
 *
 * <pre>{@code
 * byte[] model = new OnnxGraph("negate")
 *         .input("x", OnnxType.tensor(ElementType.FLOAT32, "[batch, 3]"))
 *         .node("Neg", List.of("x"), List.of("y"))
 *         .output("y", OnnxType.tensor(ElementType.FLOAT32, "[batch, 3]"))
 *         .toModel();
 * }</pre>
 */
public final class OnnxGraph {
    /** The domain of the operators for classical machine learning. */
    public static final String ML_DOMAIN = "ai.onnx.ml";

    private static final int IR_VERSION = 9;
    private static final int OPSET = 20;
    private static final int ML_OPSET = 3;

    private final String name;
    private final List<ProtoWriter> nodes = new ArrayList<>();
    private final List<ProtoWriter> initializers = new ArrayList<>();
    private final List<ProtoWriter> inputs = new ArrayList<>();
    private final List<ProtoWriter> outputs = new ArrayList<>();
    private final List<ProtoWriter> properties = new ArrayList<>();
    private int opset = OPSET;

    /** Begins a graph of that name. */
    public OnnxGraph(String name) {
        this.name = name;
    }

    /** Adds an input. */
    public OnnxGraph input(String input, OnnxType type) {
        inputs.add(valueInfo(input, type));
        return this;
    }

    /** Adds an output. */
    public OnnxGraph output(String output, OnnxType type) {
        outputs.add(valueInfo(output, type));
        return this;
    }

    private static ProtoWriter valueInfo(String value, OnnxType type) {
        return new ProtoWriter().text(1, value).bytes(2, type.toBytes());
    }

    /** Adds a standard operator. */
    public OnnxGraph node(String operator, List<String> from, List<String> to, OnnxAttribute... attributes) {
        return node("", operator, from, to, attributes);
    }

    /** Adds an operator of that domain. */
    public OnnxGraph node(
            String domain, String operator, List<String> from, List<String> to, OnnxAttribute... attributes) {
        ProtoWriter node = new ProtoWriter();
        from.forEach(value -> node.text(1, value));
        to.forEach(value -> node.text(2, value));
        node.text(4, operator);
        for (OnnxAttribute attribute : attributes) {
            node.bytes(5, attribute.toBytes());
        }
        if (!domain.isEmpty()) {
            node.text(7, domain);
        }
        nodes.add(node);
        return this;
    }

    /** Adds a weight that lies in the model's file. */
    public OnnxGraph weight(String weight, Tensor value) {
        initializers.add(tensorProto(weight, value));
        return this;
    }

    /** Adds a weight that lies in another file; nothing is checked, so that broken models can be made. */
    public OnnxGraph externalWeight(
            String weight, ElementType elementType, long[] shape, String file, long offset, long length) {
        ProtoWriter tensor = new ProtoWriter();
        for (long size : shape) {
            tensor.number(1, size);
        }
        tensor.number(2, OnnxType.code(elementType)).text(8, weight);
        tensor.message(13, entry("location", file));
        tensor.message(13, entry("offset", Long.toString(offset)));
        tensor.message(13, entry("length", Long.toString(length)));
        initializers.add(tensor.number(14, 1));
        return this;
    }

    /** Adds a key-value pair to the model's properties. */
    public OnnxGraph property(String key, String value) {
        properties.add(entry(key, value));
        return this;
    }

    /** Asks for another version of the standard operators than 20. */
    public OnnxGraph opset(int version) {
        opset = version;
        return this;
    }

    private static ProtoWriter entry(String key, String value) {
        return new ProtoWriter().text(1, key).text(2, value);
    }

    /** Returns the bytes of a model with this graph. */
    public byte[] toModel() {
        ProtoWriter model = new ProtoWriter()
                .number(1, IR_VERSION)
                .text(2, "maas-tests")
                .message(7, graphProto())
                .message(8, new ProtoWriter().text(1, "").number(2, opset))
                .message(8, new ProtoWriter().text(1, ML_DOMAIN).number(2, ML_OPSET));
        properties.forEach(property -> model.message(14, property));
        return model.toBytes();
    }

    ProtoWriter graphProto() {
        ProtoWriter graph = new ProtoWriter();
        nodes.forEach(node -> graph.message(1, node));
        graph.text(2, name);
        initializers.forEach(initializer -> graph.message(5, initializer));
        inputs.forEach(input -> graph.message(11, input));
        outputs.forEach(output -> graph.message(12, output));
        return graph;
    }

    static ProtoWriter tensorProto(String name, Tensor value) {
        ProtoWriter tensor = new ProtoWriter();
        for (long size : value.shape()) {
            tensor.number(1, size);
        }
        tensor.number(2, OnnxType.code(value.elementType()));
        if (value.elementType() == ElementType.STRING) {
            for (String text : value.toStrings()) {
                tensor.text(6, text);
            }
            return tensor.text(8, name);
        }
        return tensor.text(8, name).bytes(9, littleEndian(value));
    }

    /** The values as ONNX keeps them in a file. */
    static byte[] littleEndian(Tensor value) {
        ByteBuffer source = value.buffer();
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        int size = value.elementType().byteSize();
        if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            for (int start = 0; start < bytes.length; start += size) {
                reverse(bytes, start, size);
            }
        }
        return bytes;
    }

    private static void reverse(byte[] bytes, int start, int size) {
        for (int i = 0; i < size / 2; i++) {
            byte swapped = bytes[start + i];
            bytes[start + i] = bytes[start + size - 1 - i];
            bytes[start + size - 1 - i] = swapped;
        }
    }
}
