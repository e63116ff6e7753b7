package dev.maas.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Makes and fills the memory of tensors, and checks that it is as large as their shape says. */
final class TensorMemory {
    private TensorMemory() {}

    /** Zeros for as many elements as there are values, in the machine's byte order. */
    static ByteBuffer allocate(ElementType type, int count, long[] shape) {
        requireCount(count, shape);
        long wanted = (long) count * type.byteSize();
        if (wanted > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A tensor holds at most " + Integer.MAX_VALUE + " bytes; " + count
                    + " elements of " + type + " take " + wanted);
        }
        return ByteBuffer.allocate((int) wanted).order(ByteOrder.nativeOrder());
    }

    static void requireCount(int count, long[] shape) {
        long wanted = elementCount(shape);
        if (wanted != count) {
            throw new IllegalArgumentException(
                    "Shape " + Arrays.toString(shape) + " holds " + wanted + " elements; got " + count);
        }
    }

    static void requireByteCount(ElementType type, ByteBuffer values, long[] shape) {
        if (type == ElementType.STRING) {
            throw new IllegalArgumentException("Strings have no bytes of a fixed size; use Tensor.of(String[], …)");
        }
        long count = elementCount(shape);
        // Compared by elements, as the product with their size may be larger than a long.
        if (count > Integer.MAX_VALUE || count * type.byteSize() != values.remaining()) {
            throw new IllegalArgumentException("A " + type + " tensor of shape " + Arrays.toString(shape) + " has "
                    + count + " elements of " + type.byteSize() + " bytes; got " + values.remaining() + " bytes");
        }
    }

    /** {@link Shape#elementCount} for callers who are promised an {@link IllegalArgumentException} in every case. */
    static long elementCount(long[] shape) {
        try {
            return Shape.elementCount(shape);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Shape " + Arrays.toString(shape) + " holds more elements than any tensor; check its sizes", e);
        }
    }

    /** Copies what remains of the source, swapping each element's bytes where the orders differ. */
    static void copyInNativeOrder(ByteBuffer source, ByteBuffer target, ElementType type) {
        ByteBuffer from = source.duplicate().order(source.order());
        if (type == ElementType.BOOL) {
            // Whatever is not 0 is true; native code may count on 1.
            for (int i = 0; i < from.remaining(); i++) {
                target.put(i, (byte) (from.get(from.position() + i) == 0 ? 0 : 1));
            }
            return;
        }
        if (source.order() == ByteOrder.nativeOrder() || type.byteSize() == 1) {
            target.duplicate().put(from);
            return;
        }
        int start = from.position();
        for (int offset = 0; offset < from.remaining(); offset += type.byteSize()) {
            switch (type.byteSize()) {
                case Short.BYTES -> target.putShort(offset, from.getShort(start + offset));
                case Integer.BYTES -> target.putInt(offset, from.getInt(start + offset));
                case Long.BYTES -> target.putLong(offset, from.getLong(start + offset));
                default -> throw new IllegalArgumentException("No element type has " + type.byteSize() + " bytes");
            }
        }
    }
}
