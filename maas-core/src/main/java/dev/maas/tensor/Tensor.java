package dev.maas.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A multi-dimensional array of one {@link ElementType}, in row-major order.
 *
 * <p>A tensor owns its values: the {@code of} methods copy what they are given, and accessors copy what they
 * return, so a tensor never changes and any thread may use it. Only {@link #wrap} shares memory with its
 * caller, who must then leave that memory alone. A tensor holds at most 2<sup>31</sup>−1 bytes, or as many
 * strings. Sizes of zero are allowed; a tensor without dimensions is a scalar.
 *
 * <pre>{@code
 * Tensor rows = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
 * Tensor texts = Tensor.of(new String[] {"hello", "world"});
 * }</pre>
 */
public final class Tensor {
    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);
    private static final int CONTENT_SHOWN = 8;

    private final ElementType elementType;
    private final long[] shape;
    /** Native order, position 0, limit at the end of the values; empty for strings. Never written after construction. */
    private final ByteBuffer bytes;
    /** The elements of a string tensor; null for every other type. */
    private final String @Nullable [] strings;

    private Tensor(ElementType elementType, long[] shape, ByteBuffer bytes, String @Nullable [] strings) {
        this.elementType = elementType;
        this.shape = shape;
        this.bytes = bytes;
        this.strings = strings;
    }

    /** Returns a vector of {@link ElementType#FLOAT32}. */
    public static Tensor of(float[] values) {
        return of(values, values.length);
    }

    /**
     * Returns a tensor of {@link ElementType#FLOAT32}.
     *
     * @throws IllegalArgumentException if the shape does not hold as many elements as there are values, or they take more
     *     bytes than a tensor holds
     */
    public static Tensor of(float[] values, long... shape) {
        ByteBuffer bytes = TensorMemory.allocate(ElementType.FLOAT32, values.length, shape);
        bytes.asFloatBuffer().put(values);
        return new Tensor(ElementType.FLOAT32, shape.clone(), bytes, null);
    }

    /** Returns a vector of {@link ElementType#FLOAT64}. */
    public static Tensor of(double[] values) {
        return of(values, values.length);
    }

    /** Returns a tensor of {@link ElementType#FLOAT64}; errors as for {@link #of(float[], long...)}. */
    public static Tensor of(double[] values, long... shape) {
        ByteBuffer bytes = TensorMemory.allocate(ElementType.FLOAT64, values.length, shape);
        bytes.asDoubleBuffer().put(values);
        return new Tensor(ElementType.FLOAT64, shape.clone(), bytes, null);
    }

    /** Returns a vector of {@link ElementType#INT64}. */
    public static Tensor of(long[] values) {
        return of(values, (long) values.length);
    }

    /** Returns a tensor of {@link ElementType#INT64}; errors as for {@link #of(float[], long...)}. */
    public static Tensor of(long[] values, long... shape) {
        ByteBuffer bytes = TensorMemory.allocate(ElementType.INT64, values.length, shape);
        bytes.asLongBuffer().put(values);
        return new Tensor(ElementType.INT64, shape.clone(), bytes, null);
    }

    /** Returns a vector of {@link ElementType#INT32}. */
    public static Tensor of(int[] values) {
        return of(values, values.length);
    }

    /** Returns a tensor of {@link ElementType#INT32}; errors as for {@link #of(float[], long...)}. */
    public static Tensor of(int[] values, long... shape) {
        ByteBuffer bytes = TensorMemory.allocate(ElementType.INT32, values.length, shape);
        bytes.asIntBuffer().put(values);
        return new Tensor(ElementType.INT32, shape.clone(), bytes, null);
    }

    /** Returns a vector of {@link ElementType#INT16}. */
    public static Tensor of(short[] values) {
        return of(values, values.length);
    }

    /** Returns a tensor of {@link ElementType#INT16}; errors as for {@link #of(float[], long...)}. */
    public static Tensor of(short[] values, long... shape) {
        ByteBuffer bytes = TensorMemory.allocate(ElementType.INT16, values.length, shape);
        bytes.asShortBuffer().put(values);
        return new Tensor(ElementType.INT16, shape.clone(), bytes, null);
    }

    /** Returns a vector of {@link ElementType#INT8}. */
    public static Tensor of(byte[] values) {
        return of(values, values.length);
    }

    /** Returns a tensor of {@link ElementType#INT8}; errors as for {@link #of(float[], long...)}. */
    public static Tensor of(byte[] values, long... shape) {
        ByteBuffer bytes = TensorMemory.allocate(ElementType.INT8, values.length, shape);
        bytes.put(0, values);
        return new Tensor(ElementType.INT8, shape.clone(), bytes, null);
    }

    /** Returns a vector of {@link ElementType#BOOL}. */
    public static Tensor of(boolean[] values) {
        return of(values, values.length);
    }

    /** Returns a tensor of {@link ElementType#BOOL}; errors as for {@link #of(float[], long...)}. */
    public static Tensor of(boolean[] values, long... shape) {
        ByteBuffer bytes = TensorMemory.allocate(ElementType.BOOL, values.length, shape);
        for (int i = 0; i < values.length; i++) {
            bytes.put(i, (byte) (values[i] ? 1 : 0));
        }
        return new Tensor(ElementType.BOOL, shape.clone(), bytes, null);
    }

    /** Returns a vector of {@link ElementType#STRING}; errors as for {@link #of(String[], long...)}. */
    public static Tensor of(String[] values) {
        return of(values, values.length);
    }

    /**
     * Returns a tensor of {@link ElementType#STRING}.
     *
     * @throws IllegalArgumentException if the shape does not hold as many elements as there are values
     * @throws NullPointerException if a value is null; the message names its index
     */
    public static Tensor of(String[] values, long... shape) {
        TensorMemory.requireCount(values.length, shape);
        String[] copy = values.clone();
        for (int i = 0; i < copy.length; i++) {
            if (copy[i] == null) {
                throw new NullPointerException("The string at index " + i + " is null; a tensor holds no nulls");
            }
        }
        return new Tensor(ElementType.STRING, shape.clone(), NO_BYTES, copy);
    }

    /**
     * Returns a tensor with a copy of the buffer's remaining bytes, read in the buffer's own byte order.
     *
     * <p>This is the way to make the types that Java has no array for: half floats and unsigned integers. In a tensor of
     * {@link ElementType#BOOL}, every byte but 0 becomes 1.
     *
     * @throws IllegalArgumentException if the shape needs more or fewer bytes, or the type is
     *     {@link ElementType#STRING}
     */
    public static Tensor of(ElementType elementType, ByteBuffer values, long... shape) {
        TensorMemory.requireByteCount(elementType, values, shape);
        ByteBuffer copy = ByteBuffer.allocate(values.remaining()).order(ByteOrder.nativeOrder());
        TensorMemory.copyInNativeOrder(values, copy, elementType);
        return new Tensor(elementType, shape.clone(), copy, null);
    }

    /**
     * Returns a tensor over the buffer's remaining bytes without a copy. An engine reads a direct buffer in place.
     *
     * <p>The caller must not change those bytes for as long as the tensor is in use. Those of a {@link ElementType#BOOL} are
     * 0 or 1: native code may take no other.
     *
     * @throws IllegalArgumentException if the buffer is not in the machine's own byte order, the shape needs more
     *     or fewer bytes, or the type is {@link ElementType#STRING}
     */
    public static Tensor wrap(ElementType elementType, ByteBuffer values, long... shape) {
        TensorMemory.requireByteCount(elementType, values, shape);
        if (values.order() != ByteOrder.nativeOrder() && elementType.byteSize() > 1) {
            throw new IllegalArgumentException("A wrapped buffer is in the machine's byte order, "
                    + ByteOrder.nativeOrder() + "; got " + values.order()
                    + ". Call order(ByteOrder.nativeOrder()) before filling it, or copy with Tensor.of");
        }
        return new Tensor(elementType, shape.clone(), values.slice().order(ByteOrder.nativeOrder()), null);
    }

    /** Returns a scalar of {@link ElementType#FLOAT32}. */
    public static Tensor scalar(float value) {
        return of(new float[] {value}, new long[0]);
    }

    /** Returns a scalar of {@link ElementType#FLOAT64}. */
    public static Tensor scalar(double value) {
        return of(new double[] {value}, new long[0]);
    }

    /** Returns a scalar of {@link ElementType#INT32}. */
    public static Tensor scalar(int value) {
        return of(new int[] {value}, new long[0]);
    }

    /** Returns a scalar of {@link ElementType#INT64}. */
    public static Tensor scalar(long value) {
        return of(new long[] {value}, new long[0]);
    }

    /** Returns a scalar of {@link ElementType#BOOL}. */
    public static Tensor scalar(boolean value) {
        return of(new boolean[] {value}, new long[0]);
    }

    /** Returns a scalar of {@link ElementType#STRING}. */
    public static Tensor scalar(String value) {
        return of(new String[] {value}, new long[0]);
    }

    /**
     * Returns a tensor with the values and dimensions of nested Java arrays, such as {@code float[][]}. Below an empty
     * dimension every other is empty too, as Java arrays do not tell.
     *
     * @throws IllegalArgumentException if the object is not an array of primitives or strings, a row is null, or rows
     *     differ in length
     * @throws NullPointerException if a string is null; the message names its index in row-major order
     */
    public static Tensor ofNested(Object nestedArray) {
        return NestedArrays.toTensor(nestedArray);
    }

    /** Returns the type of the elements. */
    public ElementType elementType() {
        return elementType;
    }

    /** Returns a copy of the sizes of the dimensions, outermost first; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** Returns the number of dimensions; 0 for a scalar. */
    public int rank() {
        return shape.length;
    }

    /** Returns the number of elements; 1 for a scalar. */
    public long elementCount() {
        return Shape.elementCount(shape);
    }

    /** Returns the bytes that the values take, or 0 for strings. */
    public long byteSize() {
        return bytes.capacity();
    }

    /**
     * Returns a read-only view of the values in the machine's byte order; direct if the tensor's memory is.
     *
     * @throws IllegalStateException if this is a tensor of strings
     */
    public ByteBuffer buffer() {
        if (strings != null) {
            throw new IllegalStateException("A string tensor has no bytes; use toStrings()");
        }
        return bytes.asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    /**
     * Returns the values of a {@link ElementType#FLOAT32} tensor, or those of the 16-bit floats widened.
     *
     * @throws IllegalStateException if the elements are of another type
     */
    public float[] toFloats() {
        return TensorElements.floats(this, bytes);
    }

    /**
     * Returns the values of a tensor of any floating-point type, widened where narrower.
     *
     * @throws IllegalStateException if the elements are not floating-point numbers
     */
    public double[] toDoubles() {
        return TensorElements.doubles(this, bytes);
    }

    /**
     * Returns the values of a tensor of any integer type; those of {@link ElementType#UINT64} as they are, to be
     * read with {@link Long#toUnsignedString(long)} and its kin.
     *
     * @throws IllegalStateException if the elements are not integers
     */
    public long[] toLongs() {
        return TensorElements.longs(this, bytes);
    }

    /**
     * Returns the values of an integer type that fits into an {@code int}.
     *
     * @throws IllegalStateException if the elements are of another type
     */
    public int[] toInts() {
        return TensorElements.ints(this, bytes);
    }

    /**
     * Returns the values of any 16-bit type, those of half floats and {@link ElementType#UINT16} as bits.
     *
     * @throws IllegalStateException if the elements are of another size
     */
    public short[] toShorts() {
        return TensorElements.shorts(this, bytes);
    }

    /**
     * Returns the values of {@link ElementType#INT8}, or those of {@link ElementType#UINT8} as bits.
     *
     * @throws IllegalStateException if the elements are of another type
     */
    public byte[] toBytes() {
        return TensorElements.bytes(this, bytes);
    }

    /**
     * Returns the values of a {@link ElementType#BOOL} tensor.
     *
     * @throws IllegalStateException if the elements are of another type
     */
    public boolean[] toBooleans() {
        return TensorElements.booleans(this, bytes);
    }

    /**
     * Returns the values of a {@link ElementType#STRING} tensor.
     *
     * @throws IllegalStateException if the elements are of another type
     */
    public String[] toStrings() {
        if (strings == null) {
            throw TensorElements.wrongType(this, "string");
        }
        return strings.clone();
    }

    /**
     * Returns one element, boxed: {@code Float} for the 16-bit floats too, and for unsigned integers the next wider
     * signed type ({@code Long} with the same bits for {@link ElementType#UINT64}).
     *
     * @param index the element's place in row-major order
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public Object element(long index) {
        int place = (int) Objects.checkIndex(index, elementCount());
        return strings != null ? strings[place] : TensorElements.element(elementType, bytes, place);
    }

    /**
     * Returns the values as nested Java arrays of {@link #rank()} levels, or as {@link #element} does if this is a scalar.
     *
     * <p>The innermost arrays are what {@link #toFloats()} and its kin return: of {@code float} for the 16-bit floats too,
     * of {@code int} for 8-bit and 16-bit unsigned integers, of {@code long} for the wider ones.
     *
     * @throws IllegalStateException if a dimension is larger than a Java array, which only an empty tensor's can be
     */
    public Object toNested() {
        return NestedArrays.fromTensor(this);
    }

    /**
     * Returns a tensor with the same values in another shape; the memory is shared.
     *
     * @throws IllegalArgumentException if the shape holds another number of elements
     */
    public Tensor reshape(long... newShape) {
        if (TensorMemory.elementCount(newShape) != elementCount()) {
            throw new IllegalArgumentException("A tensor of shape " + Arrays.toString(shape) + " has " + elementCount()
                    + " elements, which shape " + Arrays.toString(newShape) + " does not hold");
        }
        return new Tensor(elementType, newShape.clone(), bytes, strings);
    }

    /** Compares type, shape and values; floating-point values by their bits. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Tensor tensor
                && elementType == tensor.elementType
                && Arrays.equals(shape, tensor.shape)
                && bytes.equals(tensor.bytes)
                && Arrays.equals(strings, tensor.strings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(elementType, Arrays.hashCode(shape), bytes, Arrays.hashCode(strings));
    }

    /** Returns type, shape and the first values. */
    @Override
    public String toString() {
        return elementType + Arrays.toString(shape) + TensorElements.text(this, CONTENT_SHOWN);
    }
}
