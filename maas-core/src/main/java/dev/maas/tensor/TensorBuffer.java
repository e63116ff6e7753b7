package dev.maas.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory for one tensor that is written, read and reshaped again and again.
 *
 * <p>Engines hand these to bindings, so that a call's values go straight into the memory that the engine reads
 * and come straight out of the memory that it wrote. Numbers lie in direct memory in the machine's byte order,
 * strings in an array. {@link #reshape} keeps the memory where it is large enough, and does nothing at all
 * where the shape stays the same.
 *
 * <p>The views ({@link #floats()} and its kin) cover the whole memory: use absolute indices below
 * {@link #elementCount()}, and ask for the view again after a reshape. Not safe for use by several threads at
 * once.
 */
public final class TensorBuffer {
    private static final ByteBuffer NO_BYTES = ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());
    private static final String[] NO_STRINGS = new String[0];

    private final ElementType elementType;
    private long[] shape = {0};
    private int elementCount;
    private int memoryGeneration;
    private ByteBuffer bytes = NO_BYTES;
    private @Nullable String[] strings = NO_STRINGS;

    // Views of bytes, made on first use and dropped whenever bytes is replaced.
    private @Nullable FloatBuffer floats;
    private @Nullable DoubleBuffer doubles;
    private @Nullable LongBuffer longs;
    private @Nullable IntBuffer ints;
    private @Nullable ShortBuffer shorts;

    /** Makes an empty buffer for elements of that type. */
    public TensorBuffer(ElementType elementType) {
        this.elementType = Objects.requireNonNull(elementType, "elementType");
    }

    /** Returns the type of the elements. */
    public ElementType elementType() {
        return elementType;
    }

    /** Returns the number of elements in the present shape. */
    public int elementCount() {
        return elementCount;
    }

    /** Returns a copy of the sizes of the dimensions. */
    public long[] shape() {
        return shape.clone();
    }

    /** Returns the number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /**
     * Returns the size of one dimension, counted from 0.
     *
     * @throws IndexOutOfBoundsException if there is no such dimension
     */
    public long dimension(int axis) {
        return shape[axis];
    }

    /** Returns whether the present shape has these sizes. */
    public boolean hasShape(long... sizes) {
        return Arrays.equals(shape, sizes);
    }

    /** Returns a number that changes whenever the values move to other memory. */
    public int memoryGeneration() {
        return memoryGeneration;
    }

    /**
     * Gives the tensor another shape. The values are undefined afterwards, unless the shape stayed the same. If this
     * fails, nothing has changed.
     *
     * @throws IllegalArgumentException if a size is negative
     * @throws ArithmeticException if the values would take 2<sup>31</sup> bytes or more
     */
    public void reshape(long... newShape) {
        if (Arrays.equals(shape, newShape)) {
            return;
        }
        int count = Math.toIntExact(Shape.elementCount(newShape));
        ensureCapacity(count);
        shape = newShape.clone();
        elementCount = count;
    }

    /** Gives the tensor that many rows, each of that shape; see {@link #reshape}. */
    public void reshapeRows(int rows, long[] rowShape) {
        if (shape.length == rowShape.length + 1
                && shape[0] == rows
                && Arrays.equals(shape, 1, shape.length, rowShape, 0, rowShape.length)) {
            return;
        }
        long[] whole = new long[rowShape.length + 1];
        whole[0] = rows;
        System.arraycopy(rowShape, 0, whole, 1, rowShape.length);
        reshape(whole);
    }

    private void ensureCapacity(int count) {
        if (elementType == ElementType.STRING) {
            if (strings.length < count) {
                strings = new String[count];
                memoryGeneration++;
            }
            return;
        }
        int wanted = Math.multiplyExact(count, elementType.byteSize());
        if (bytes.capacity() < wanted) {
            replaceMemory(ByteBuffer.allocateDirect(wanted).order(ByteOrder.nativeOrder()));
        }
    }

    /**
     * Points this buffer at memory that somebody else filled, such as an engine's own output: at the remaining bytes.
     *
     * @throws IllegalArgumentException if the memory is not in the machine's byte order or too small for the shape, or
     *     the elements are strings
     */
    public void attach(ByteBuffer memory, long... newShape) {
        long count = TensorMemory.elementCount(newShape);
        if (elementType == ElementType.STRING) {
            throw new IllegalArgumentException("A buffer of strings is attached to an array; got bytes");
        }
        if (memory.order() != ByteOrder.nativeOrder() || memory.remaining() / elementType.byteSize() < count) {
            throw new IllegalArgumentException("Memory for " + elementType + Arrays.toString(newShape)
                    + " is in the machine's byte order and holds " + count + " elements of "
                    + elementType.byteSize() + " bytes; got " + memory.order() + " and " + memory.remaining()
                    + " bytes");
        }
        // The views begin at byte 0, whatever the position of the buffer was or will be.
        replaceMemory(memory.slice().order(ByteOrder.nativeOrder()));
        shape = newShape.clone();
        elementCount = (int) count;
    }

    /**
     * Points this buffer at strings that somebody else filled.
     *
     * @throws IllegalArgumentException if the array is too small for the shape, or the elements are not strings
     */
    public void attach(String[] values, long... newShape) {
        long count = TensorMemory.elementCount(newShape);
        if (elementType != ElementType.STRING) {
            throw new IllegalArgumentException(
                    "A buffer of " + elementType + " is attached to bytes; got an array of strings");
        }
        if (values.length < count) {
            throw new IllegalArgumentException(
                    "Shape " + Arrays.toString(newShape) + " holds " + count + " strings; got " + values.length);
        }
        strings = values;
        memoryGeneration++;
        shape = newShape.clone();
        elementCount = (int) count;
    }

    private void replaceMemory(ByteBuffer memory) {
        bytes = memory;
        floats = null;
        doubles = null;
        longs = null;
        ints = null;
        shorts = null;
        memoryGeneration++;
    }

    /** Returns the memory in the machine's byte order; it may be larger than the present shape needs. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Returns the memory as floats. */
    public FloatBuffer floats() {
        if (floats == null) {
            floats = bytes.asFloatBuffer();
        }
        return floats;
    }

    /** Returns the memory as doubles. */
    public DoubleBuffer doubles() {
        if (doubles == null) {
            doubles = bytes.asDoubleBuffer();
        }
        return doubles;
    }

    /** Returns the memory as longs. */
    public LongBuffer longs() {
        if (longs == null) {
            longs = bytes.asLongBuffer();
        }
        return longs;
    }

    /** Returns the memory as ints. */
    public IntBuffer ints() {
        if (ints == null) {
            ints = bytes.asIntBuffer();
        }
        return ints;
    }

    /** Returns the memory as shorts. */
    public ShortBuffer shorts() {
        if (shorts == null) {
            shorts = bytes.asShortBuffer();
        }
        return shorts;
    }

    /** Returns the strings; the array may be longer than the present shape needs. Elements not yet written are null. */
    public @Nullable String[] strings() {
        return strings;
    }

    /**
     * Takes shape and values from a tensor of the same type.
     *
     * @throws IllegalArgumentException if the types differ
     */
    public void copyFrom(Tensor tensor) {
        if (tensor.elementType() != elementType) {
            throw new IllegalArgumentException("Expected a tensor of " + elementType + "; got " + tensor.elementType());
        }
        reshape(tensor.shape());
        if (elementType == ElementType.STRING) {
            System.arraycopy(tensor.toStrings(), 0, strings, 0, elementCount);
        } else {
            bytes.duplicate().put(0, tensor.buffer(), 0, (int) tensor.byteSize());
        }
    }

    /**
     * Returns a tensor with a copy of the present values.
     *
     * @throws NullPointerException if a string was not written yet; the message names its index
     */
    public Tensor toTensor() {
        if (elementType == ElementType.STRING) {
            @SuppressWarnings("NullAway") // Tensor.of refuses nulls and says where they are.
            String[] values = Arrays.copyOf(strings, elementCount);
            return Tensor.of(values, shape);
        }
        ByteBuffer values = bytes.duplicate().order(ByteOrder.nativeOrder());
        return Tensor.of(elementType, values.position(0).limit(elementCount * elementType.byteSize()), shape);
    }
}
