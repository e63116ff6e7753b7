package dev.maas.tensor;

import java.lang.reflect.Array;
import java.util.Arrays;

/** Turns nested Java arrays into tensors and back; for convenience, off the call path. */
final class NestedArrays {
    private NestedArrays() {}

    static Tensor toTensor(Object nested) {
        Class<?> leaf = nested.getClass();
        int rank = 0;
        while (leaf.isArray()) {
            leaf = leaf.getComponentType();
            rank++;
        }
        if (rank == 0 || !(leaf == String.class || (leaf.isPrimitive() && leaf != char.class))) {
            throw new IllegalArgumentException("Nested arrays of numbers, booleans or strings become a tensor; got "
                    + nested.getClass().getTypeName());
        }
        long[] shape = new long[rank];
        measure(nested, shape);
        int count = count(shape);
        Object flat = Array.newInstance(leaf, count);
        flatten(nested, shape, 0, flat, 0);
        return fromFlat(flat, shape);
    }

    /** One row may stand in many places, so that a small object graph has more elements than memory does. */
    private static int count(long[] shape) {
        long count = TensorMemory.elementCount(shape);
        if (count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A tensor holds at most " + Integer.MAX_VALUE + " elements; shape "
                    + Arrays.toString(shape) + " has " + count);
        }
        return (int) count;
    }

    private static void measure(Object nested, long[] shape) {
        Object level = nested;
        for (int axis = 0; axis < shape.length; axis++) {
            int length = Array.getLength(level);
            shape[axis] = length;
            if (length == 0) {
                // What lies below an empty axis has no size of its own.
                Arrays.fill(shape, axis + 1, shape.length, 0);
                return;
            }
            level = axis + 1 < shape.length ? requireRow(Array.get(level, 0)) : level;
        }
    }

    private static int flatten(Object level, long[] shape, int axis, Object flat, int offset) {
        int length = Array.getLength(level);
        if (length != shape[axis]) {
            throw new IllegalArgumentException("Rows of one tensor have one length; at dimension " + axis + " expected "
                    + shape[axis] + ", got " + length);
        }
        if (axis == shape.length - 1) {
            System.arraycopy(level, 0, flat, offset, length);
            return offset + length;
        }
        int next = offset;
        for (int i = 0; i < length; i++) {
            next = flatten(requireRow(Array.get(level, i)), shape, axis + 1, flat, next);
        }
        return next;
    }

    private static Object requireRow(Object row) {
        if (row == null) {
            throw new IllegalArgumentException("A row of the nested arrays is null; a tensor holds no nulls");
        }
        return row;
    }

    private static Tensor fromFlat(Object flat, long[] shape) {
        if (flat instanceof float[] values) {
            return Tensor.of(values, shape);
        } else if (flat instanceof double[] values) {
            return Tensor.of(values, shape);
        } else if (flat instanceof long[] values) {
            return Tensor.of(values, shape);
        } else if (flat instanceof int[] values) {
            return Tensor.of(values, shape);
        } else if (flat instanceof short[] values) {
            return Tensor.of(values, shape);
        } else if (flat instanceof byte[] values) {
            return Tensor.of(values, shape);
        } else if (flat instanceof boolean[] values) {
            return Tensor.of(values, shape);
        }
        return Tensor.of((String[]) flat, shape);
    }

    static Object fromTensor(Tensor tensor) {
        if (tensor.rank() == 0) {
            return tensor.element(0);
        }
        long[] shape = tensor.shape();
        for (long size : shape) {
            if (size > Integer.MAX_VALUE) {
                throw new IllegalStateException("A Java array has at most " + Integer.MAX_VALUE
                        + " elements; the tensor's shape is " + Arrays.toString(shape) + ". Reshape it first");
            }
        }
        return nest(flat(tensor), shape, 0, 0);
    }

    private static Object flat(Tensor tensor) {
        return switch (tensor.elementType()) {
            case FLOAT32, FLOAT16, BFLOAT16 -> tensor.toFloats();
            case FLOAT64 -> tensor.toDoubles();
            case INT8 -> tensor.toBytes();
            case INT16 -> tensor.toShorts();
            case INT32, UINT8, UINT16 -> tensor.toInts();
            case INT64, UINT32, UINT64 -> tensor.toLongs();
            case BOOL -> tensor.toBooleans();
            case STRING -> tensor.toStrings();
        };
    }

    private static Object nest(Object flat, long[] shape, int axis, int row) {
        int length = (int) shape[axis];
        Class<?> leaf = flat.getClass().getComponentType();
        if (axis == shape.length - 1) {
            Object values = Array.newInstance(leaf, length);
            System.arraycopy(flat, row * length, values, 0, length);
            return values;
        }
        Class<?> rowType = leaf;
        for (int i = axis + 1; i < shape.length; i++) {
            rowType = rowType.arrayType();
        }
        Object rows = Array.newInstance(rowType, length);
        for (int i = 0; i < length; i++) {
            Array.set(rows, i, nest(flat, shape, axis + 1, row * length + i));
        }
        return rows;
    }
}
