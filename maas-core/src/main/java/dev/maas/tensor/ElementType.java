package dev.maas.tensor;

import java.util.Arrays;
import java.util.Locale;

/**
 * The type of a tensor's elements, with ONNX's name and the size of one element in memory.
 *
 * <p>Immutable and safe for use by any thread.
 */
public enum ElementType {
    /** IEEE 754 single precision; Java's {@code float}. */
    FLOAT32(4),
    /** IEEE 754 double precision; Java's {@code double}. */
    FLOAT64(8),
    /** IEEE 754 half precision, carried as the bits of a {@code short}; see {@link HalfFloats}. */
    FLOAT16(2),
    /** The upper 16 bits of a single-precision float, carried as a {@code short}; see {@link HalfFloats}. */
    BFLOAT16(2),
    /** Signed 8-bit integer; Java's {@code byte}. */
    INT8(1),
    /** Signed 16-bit integer; Java's {@code short}. */
    INT16(2),
    /** Signed 32-bit integer; Java's {@code int}. */
    INT32(4),
    /** Signed 64-bit integer; Java's {@code long}. */
    INT64(8),
    /** Unsigned 8-bit integer, carried as the bits of a {@code byte}. */
    UINT8(1),
    /** Unsigned 16-bit integer, carried as the bits of a {@code short}. */
    UINT16(2),
    /** Unsigned 32-bit integer, carried as the bits of an {@code int}. */
    UINT32(4),
    /** Unsigned 64-bit integer, carried as the bits of a {@code long}. */
    UINT64(8),
    /** A truth value, one byte, 0 or 1; Java's {@code boolean}. */
    BOOL(1),
    /** Text of any length; Java's {@code String}. It has no fixed size in memory. */
    STRING(0);

    private final int byteSize;
    private final String label;

    ElementType(int byteSize) {
        this.byteSize = byteSize;
        this.label = name().toLowerCase(Locale.ROOT);
    }

    /** Returns the bytes that one element takes, or 0 for {@link #STRING}. */
    public int byteSize() {
        return byteSize;
    }

    /** Returns whether the values are floating-point numbers of any width. */
    public boolean isFloatingPoint() {
        return this == FLOAT32 || this == FLOAT64 || this == FLOAT16 || this == BFLOAT16;
    }

    /** Returns whether the values are integers, signed or unsigned; {@link #BOOL} is none. */
    public boolean isInteger() {
        return isUnsigned() || this == INT8 || this == INT16 || this == INT32 || this == INT64;
    }

    /** Returns whether the values are unsigned integers. */
    public boolean isUnsigned() {
        return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
    }

    /**
     * Returns the type of that name, as {@link #toString()} gives it.
     *
     * @throws IllegalArgumentException if no type has that name
     */
    public static ElementType parse(String label) {
        for (ElementType type : values()) {
            if (type.label.equals(label)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "No element type is named '" + label + "'; there are " + Arrays.toString(values()));
    }

    /** Returns the lower-case name: {@code float32}, {@code int64}, {@code string}. */
    @Override
    public String toString() {
        return label;
    }
}
