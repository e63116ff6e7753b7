package dev.maas.bind;

import dev.maas.EngineException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.HalfFloats;
import dev.maas.tensor.TensorBuffer;

/** Reads and writes single elements and runs of them in a tensor's memory. All methods are pure but for that memory. */
final class Cells {
    private Cells() {}

    static void putDouble(TensorBuffer to, int at, double value) {
        switch (to.elementType()) {
            case FLOAT32 -> to.floats().put(at, (float) value);
            case FLOAT64 -> to.doubles().put(at, value);
            case FLOAT16 -> to.shorts().put(at, HalfFloats.floatToFloat16((float) value));
            case BFLOAT16 -> to.shorts().put(at, HalfFloats.floatToBfloat16((float) value));
            default -> throw unexpected(to.elementType());
        }
    }

    static void putLong(TensorBuffer to, int at, long value) {
        switch (to.elementType()) {
            case INT64, UINT64 -> to.longs().put(at, value);
            case INT32, UINT32 -> to.ints().put(at, (int) value);
            case INT16, UINT16 -> to.shorts().put(at, (short) value);
            case INT8, UINT8, BOOL -> to.bytes().put(at, (byte) value);
            case FLOAT32, FLOAT64 -> putDouble(to, at, (double) value);
            default -> throw unexpected(to.elementType());
        }
    }

    static double getDouble(TensorBuffer from, int at) {
        return switch (from.elementType()) {
            case FLOAT32 -> from.floats().get(at);
            case FLOAT64 -> from.doubles().get(at);
            case FLOAT16 -> HalfFloats.float16ToFloat(from.shorts().get(at));
            case BFLOAT16 -> HalfFloats.bfloat16ToFloat(from.shorts().get(at));
            default -> getLong(from, at);
        };
    }

    static long getLong(TensorBuffer from, int at) {
        return switch (from.elementType()) {
            case INT64, UINT64 -> from.longs().get(at);
            case INT32 -> from.ints().get(at);
            case UINT32 -> Integer.toUnsignedLong(from.ints().get(at));
            case INT16 -> from.shorts().get(at);
            case UINT16 -> Short.toUnsignedLong(from.shorts().get(at));
            case INT8, BOOL -> from.bytes().get(at);
            case UINT8 -> Byte.toUnsignedLong(from.bytes().get(at));
            default -> throw unexpected(from.elementType());
        };
    }

    /** Returns an element as an integer of so many bits; unsigned elements of the same width come as their bits. */
    static long getLong(TensorBuffer from, int at, int bits) {
        ElementType type = from.elementType();
        long value = getLong(from, at);
        if (type.byteSize() * Byte.SIZE <= bits) {
            return value;
        }
        long narrow = (value << (Long.SIZE - bits)) >> (Long.SIZE - bits);
        // A wide unsigned element whose top bit is set only looks like a small negative number.
        boolean beyondLong = type == ElementType.UINT64 && value < 0;
        if (narrow != value || beyondLong) {
            throw new EngineException("The model gave " + (beyondLong ? Long.toUnsignedString(value) : value)
                    + ", which does not fit into the " + bits + "-bit integer of the Java type; bind it as long");
        }
        return value;
    }

    static String getText(TensorBuffer from, int at) {
        String text = from.strings()[at];
        if (text == null) {
            throw new EngineException("The model gave no string at index " + at);
        }
        return text;
    }

    private static IllegalStateException unexpected(ElementType type) {
        return new IllegalStateException("Elements of " + type + " were bound as if they were of another type");
    }

    /** Writes all elements of an array of primitives. */
    static void putArray(Object array, TensorBuffer to, int at) {
        ElementType type = to.elementType();
        if (array instanceof float[] values) {
            if (type == ElementType.FLOAT32) {
                to.floats().put(at, values);
            } else {
                for (int i = 0; i < values.length; i++) {
                    putDouble(to, at + i, values[i]);
                }
            }
        } else if (array instanceof double[] values) {
            to.doubles().put(at, values);
        } else if (array instanceof boolean[] values) {
            for (int i = 0; i < values.length; i++) {
                putLong(to, at + i, values[i] ? 1 : 0);
            }
        } else {
            putIntegers(array, to, at, type);
        }
    }

    private static void putIntegers(Object array, TensorBuffer to, int at, ElementType type) {
        if (array instanceof long[] values) {
            to.longs().put(at, values);
        } else if (array instanceof int[] values) {
            if (type == ElementType.INT32 || type == ElementType.UINT32) {
                to.ints().put(at, values);
            } else {
                for (int i = 0; i < values.length; i++) {
                    putLong(to, at + i, values[i]);
                }
            }
        } else if (array instanceof short[] values) {
            for (int i = 0; i < values.length; i++) {
                putLong(to, at + i, values[i]);
            }
        } else if (array instanceof byte[] values) {
            if (type.byteSize() == Byte.BYTES) {
                to.bytes().put(at, values);
            } else {
                for (int i = 0; i < values.length; i++) {
                    putLong(to, at + i, values[i]);
                }
            }
        } else {
            throw new IllegalStateException("Not an array of numbers: " + array.getClass());
        }
    }

    /** Fills an array of primitives. */
    static void getArray(TensorBuffer from, int at, Object array) {
        ElementType type = from.elementType();
        if (array instanceof float[] values) {
            if (type == ElementType.FLOAT32) {
                from.floats().get(at, values);
            } else {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) getDouble(from, at + i);
                }
            }
        } else if (array instanceof double[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = getDouble(from, at + i);
            }
        } else if (array instanceof boolean[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = getLong(from, at + i) != 0;
            }
        } else {
            getIntegers(from, at, array, type);
        }
    }

    private static void getIntegers(TensorBuffer from, int at, Object array, ElementType type) {
        if (array instanceof long[] values) {
            if (type == ElementType.INT64 || type == ElementType.UINT64) {
                from.longs().get(at, values);
            } else {
                for (int i = 0; i < values.length; i++) {
                    values[i] = getLong(from, at + i);
                }
            }
        } else if (array instanceof int[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (int) getLong(from, at + i, Integer.SIZE);
            }
        } else if (array instanceof short[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (short) getLong(from, at + i, Short.SIZE);
            }
        } else if (array instanceof byte[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (byte) getLong(from, at + i, Byte.SIZE);
            }
        } else {
            throw new IllegalStateException("Not an array of numbers: " + array.getClass());
        }
    }
}
