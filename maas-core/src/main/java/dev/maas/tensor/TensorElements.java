package dev.maas.tensor;

import java.nio.ByteBuffer;
import java.util.StringJoiner;

/** Reads the elements of a tensor's bytes as Java values; every method leaves the buffer's position alone. */
final class TensorElements {
    private TensorElements() {}

    static float[] floats(Tensor tensor, ByteBuffer bytes) {
        float[] values = new float[(int) tensor.elementCount()];
        switch (tensor.elementType()) {
            case FLOAT32 -> bytes.asFloatBuffer().get(values);
            case FLOAT16, BFLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = widened(tensor.elementType(), bytes.getShort(2 * i));
                }
            }
            default -> throw wrongType(tensor, "floats of at most 32 bits");
        }
        return values;
    }

    static double[] doubles(Tensor tensor, ByteBuffer bytes) {
        double[] values = new double[(int) tensor.elementCount()];
        switch (tensor.elementType()) {
            case FLOAT64 -> bytes.asDoubleBuffer().get(values);
            case FLOAT32 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = bytes.getFloat(4 * i);
                }
            }
            case FLOAT16, BFLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = widened(tensor.elementType(), bytes.getShort(2 * i));
                }
            }
            default -> throw wrongType(tensor, "floating-point numbers");
        }
        return values;
    }

    static long[] longs(Tensor tensor, ByteBuffer bytes) {
        ElementType type = tensor.elementType();
        if (!type.isInteger()) {
            throw wrongType(tensor, "integers");
        }
        long[] values = new long[(int) tensor.elementCount()];
        if (type.byteSize() == Long.BYTES) {
            bytes.asLongBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = integer(type, bytes, i);
            }
        }
        return values;
    }

    static int[] ints(Tensor tensor, ByteBuffer bytes) {
        ElementType type = tensor.elementType();
        boolean fits = type == ElementType.INT32 || (type.isInteger() && type.byteSize() <= Short.BYTES);
        if (!fits) {
            throw wrongType(tensor, "integers that fit into an int");
        }
        int[] values = new int[(int) tensor.elementCount()];
        if (type == ElementType.INT32) {
            bytes.asIntBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = (int) integer(type, bytes, i);
            }
        }
        return values;
    }

    static short[] shorts(Tensor tensor, ByteBuffer bytes) {
        if (tensor.elementType().byteSize() != Short.BYTES) {
            throw wrongType(tensor, "of a 16-bit type");
        }
        short[] values = new short[(int) tensor.elementCount()];
        bytes.asShortBuffer().get(values);
        return values;
    }

    static byte[] bytes(Tensor tensor, ByteBuffer bytes) {
        if (tensor.elementType() != ElementType.INT8 && tensor.elementType() != ElementType.UINT8) {
            throw wrongType(tensor, "int8 or uint8");
        }
        byte[] values = new byte[(int) tensor.elementCount()];
        bytes.get(0, values);
        return values;
    }

    static boolean[] booleans(Tensor tensor, ByteBuffer bytes) {
        if (tensor.elementType() != ElementType.BOOL) {
            throw wrongType(tensor, "truth values");
        }
        boolean[] values = new boolean[(int) tensor.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get(i) != 0;
        }
        return values;
    }

    /** The element at a place, boxed as {@link Tensor#element} documents. */
    static Object element(ElementType type, ByteBuffer bytes, int place) {
        return switch (type) {
            case FLOAT32 -> bytes.getFloat(4 * place);
            case FLOAT64 -> bytes.getDouble(8 * place);
            case FLOAT16, BFLOAT16 -> widened(type, bytes.getShort(2 * place));
            case INT8 -> bytes.get(place);
            case INT16 -> bytes.getShort(2 * place);
            case INT32 -> bytes.getInt(4 * place);
            case UINT8 -> (short) integer(type, bytes, place);
            case UINT16 -> (int) integer(type, bytes, place);
            case UINT32, INT64, UINT64 -> integer(type, bytes, place);
            case BOOL -> bytes.get(place) != 0;
            case STRING -> throw new IllegalArgumentException("Strings have no bytes");
        };
    }

    /** The first elements in braces, as numbers even where {@link #element} gives bits. */
    static String text(Tensor tensor, int most) {
        StringJoiner text = new StringJoiner(", ", " {", tensor.elementCount() > most ? ", …}" : "}");
        for (long i = 0; i < Math.min(tensor.elementCount(), most); i++) {
            Object element = tensor.element(i);
            text.add(
                    tensor.elementType() == ElementType.UINT64
                            ? Long.toUnsignedString((long) element)
                            : element.toString());
        }
        return text.toString();
    }

    private static long integer(ElementType type, ByteBuffer bytes, int place) {
        return switch (type) {
            case INT8 -> bytes.get(place);
            case UINT8 -> Byte.toUnsignedLong(bytes.get(place));
            case INT16 -> bytes.getShort(2 * place);
            case UINT16 -> Short.toUnsignedLong(bytes.getShort(2 * place));
            case INT32 -> bytes.getInt(4 * place);
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt(4 * place));
            case INT64, UINT64 -> bytes.getLong(8 * place);
            default -> throw new IllegalArgumentException(type + " is not an integer type");
        };
    }

    private static float widened(ElementType type, short bits) {
        return type == ElementType.FLOAT16 ? HalfFloats.float16ToFloat(bits) : HalfFloats.bfloat16ToFloat(bits);
    }

    static IllegalStateException wrongType(Tensor tensor, String wanted) {
        return new IllegalStateException("The tensor's elements are " + tensor.elementType() + ", not " + wanted
                + "; read them with " + accessor(tensor.elementType()));
    }

    private static String accessor(ElementType type) {
        return switch (type) {
            case FLOAT32, FLOAT16, BFLOAT16 -> "toFloats()";
            case FLOAT64 -> "toDoubles()";
            case INT8, INT16, INT32, UINT8, UINT16 -> "toInts()";
            case INT64, UINT32, UINT64 -> "toLongs()";
            case BOOL -> "toBooleans()";
            case STRING -> "toStrings()";
        };
    }
}
