package dev.maas.testmodels;

import dev.maas.tensor.Tensor;
import java.nio.charset.StandardCharsets;

/**
 * A named setting of an operator, as ONNX's {@code AttributeProto} says it.
 *
 * <p>Immutable and safe for use by any thread.
 */
public final class OnnxAttribute {
    private final byte[] bytes;

    private OnnxAttribute(ProtoWriter attribute, int kind) {
        this.bytes = attribute.number(20, kind).toBytes();
    }

    /** Returns a setting that is a float. */
    public static OnnxAttribute of(String name, float value) {
        return new OnnxAttribute(named(name).single(2, value), 1);
    }

    /** Returns a setting that is an integer. */
    public static OnnxAttribute of(String name, long value) {
        return new OnnxAttribute(named(name).number(3, value), 2);
    }

    /** Returns a setting that is a text. */
    public static OnnxAttribute of(String name, String value) {
        return new OnnxAttribute(named(name).text(4, value), 3);
    }

    /** Returns a setting that is a tensor. */
    public static OnnxAttribute of(String name, Tensor value) {
        return new OnnxAttribute(named(name).message(5, OnnxGraph.tensorProto("", value)), 4);
    }

    /** Returns a setting that is a graph, such as the body of a loop. */
    public static OnnxAttribute of(String name, OnnxGraph value) {
        return new OnnxAttribute(named(name).message(6, value.graphProto()), 5);
    }

    /** Returns a setting that is a list of floats. */
    public static OnnxAttribute of(String name, float[] values) {
        ProtoWriter attribute = named(name);
        for (float value : values) {
            attribute.single(7, value);
        }
        return new OnnxAttribute(attribute, 6);
    }

    /** Returns a setting that is a list of integers. */
    public static OnnxAttribute of(String name, long[] values) {
        ProtoWriter attribute = named(name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return new OnnxAttribute(attribute, 7);
    }

    /** Returns a setting that is a list of texts. */
    public static OnnxAttribute of(String name, String[] values) {
        ProtoWriter attribute = named(name);
        for (String value : values) {
            attribute.bytes(9, value.getBytes(StandardCharsets.UTF_8));
        }
        return new OnnxAttribute(attribute, 8);
    }

    /** Returns a setting that is a type. */
    public static OnnxAttribute of(String name, OnnxType value) {
        return new OnnxAttribute(named(name).bytes(14, value.toBytes()), 13);
    }

    private static ProtoWriter named(String name) {
        return new ProtoWriter().text(1, name);
    }

    byte[] toBytes() {
        return bytes.clone();
    }
}
