package dev.maas.testmodels;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;

/**
 * The declared type of a graph's input or output, as ONNX's {@code TypeProto} says it, the types that Java cannot carry included.
 *
 * <p>Immutable and safe for use by any thread.
 */
public final class OnnxType {
    /** ONNX's number for {@code complex64}. */
    public static final int COMPLEX64 = 14;
    /** ONNX's number for {@code float8e4m3fn}. */
    public static final int FLOAT8E4M3FN = 17;
    /** ONNX's number for {@code uint4}. */
    public static final int UINT4 = 21;
    /** ONNX's number for {@code int4}. */
    public static final int INT4 = 22;

    private final byte[] bytes;

    private OnnxType(ProtoWriter type) {
        this.bytes = type.toBytes();
    }

    /** Returns the type of a tensor; an unknown shape is left out of the file. */
    public static OnnxType tensor(ElementType elementType, Shape shape) {
        return tensor(code(elementType), shape);
    }

    /** Returns the type of a tensor whose shape is written like {@code [batch, 3]}; see {@link Shape#parse}. */
    public static OnnxType tensor(ElementType elementType, String shape) {
        return tensor(elementType, Shape.parse(shape));
    }

    /** Returns the type of a tensor whose elements have that number in ONNX's list. */
    public static OnnxType tensor(int elementCode, Shape shape) {
        ProtoWriter tensor = new ProtoWriter().number(1, elementCode);
        if (shape.isRankKnown()) {
            tensor.message(2, shapeProto(shape));
        }
        return new OnnxType(new ProtoWriter().message(1, tensor));
    }

    /** Returns the type of a sequence of such values. */
    public static OnnxType sequence(OnnxType element) {
        return new OnnxType(new ProtoWriter().message(4, new ProtoWriter().bytes(1, element.bytes)));
    }

    /** Returns the type of a map from such keys to such values. */
    public static OnnxType map(ElementType key, OnnxType value) {
        ProtoWriter map = new ProtoWriter().number(1, code(key)).bytes(2, value.bytes);
        return new OnnxType(new ProtoWriter().message(5, map));
    }

    /** Returns the type of such a value that may be absent. */
    public static OnnxType optional(OnnxType element) {
        return new OnnxType(new ProtoWriter().message(9, new ProtoWriter().bytes(1, element.bytes)));
    }

    private static ProtoWriter shapeProto(Shape shape) {
        ProtoWriter proto = new ProtoWriter();
        for (Dimension dimension : shape.dimensions()) {
            ProtoWriter axis = new ProtoWriter();
            String symbol = dimension.symbol();
            if (symbol != null) {
                axis.text(2, symbol);
            } else if (!dimension.isFree()) {
                axis.number(1, dimension.size());
            }
            proto.message(1, axis);
        }
        return proto;
    }

    /** Returns ONNX's number for an element type. */
    public static int code(ElementType elementType) {
        return switch (elementType) {
            case FLOAT32 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case UINT16 -> 4;
            case INT16 -> 5;
            case INT32 -> 6;
            case INT64 -> 7;
            case STRING -> 8;
            case BOOL -> 9;
            case FLOAT16 -> 10;
            case FLOAT64 -> 11;
            case UINT32 -> 12;
            case UINT64 -> 13;
            case BFLOAT16 -> 16;
        };
    }

    byte[] toBytes() {
        return bytes.clone();
    }
}
