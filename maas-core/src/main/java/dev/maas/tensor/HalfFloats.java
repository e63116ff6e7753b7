package dev.maas.tensor;

/**
 * Conversions between {@code float} and the two 16-bit floating-point formats.
 *
 * <p>Java 17 has no type for either, so both travel as the bits of a {@code short}. Narrowing rounds to
 * nearest, ties to even (IEEE 754-2019, 4.3.1); NaN stays NaN. All methods are pure.
 *
 * <p>Stateless, and safe for use by any thread.
 */
public final class HalfFloats {
    private static final int FLOAT_EXPONENT_BIAS = 127;
    private static final int HALF_EXPONENT_BIAS = 15;
    private static final int HALF_MANTISSA_BITS = 10;
    private static final int MANTISSA_BITS_DROPPED = 13;

    private HalfFloats() {}

    /** Widens IEEE half precision ({@link ElementType#FLOAT16}); exact. */
    public static float float16ToFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> HALF_MANTISSA_BITS) & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (mantissa << MANTISSA_BITS_DROPPED));
        }
        if (exponent == 0) {
            // Subnormal halves, and zero, are multiples of 2^-24: exact as a float product.
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int floatExponent = exponent - HALF_EXPONENT_BIAS + FLOAT_EXPONENT_BIAS;
        return Float.intBitsToFloat(sign | (floatExponent << 23) | (mantissa << MANTISSA_BITS_DROPPED));
    }

    /** Narrows to IEEE half precision; what is too large becomes an infinity. */
    public static short floatToFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            // Keep the top of a NaN's payload and force it quiet, so that it stays a NaN.
            return (short) (sign | 0x7e00 | ((magnitude >>> MANTISSA_BITS_DROPPED) & 0x3ff));
        }
        if (magnitude >= 0x477ff000) {
            // 65520 and up round to 2^16, which half precision does not have.
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) {
            // Below 2^-14: adding 0.5 aligns the binary point at 2^-24, and the addition rounds.
            float aligned = Float.intBitsToFloat(magnitude) + 0.5f;
            return (short) (sign | (Float.floatToRawIntBits(aligned) - 0x3f000000));
        }
        int rebased = magnitude - ((FLOAT_EXPONENT_BIAS - HALF_EXPONENT_BIAS) << 23);
        int oddBit = (rebased >>> MANTISSA_BITS_DROPPED) & 1;
        return (short) (sign | ((rebased + 0xfff + oddBit) >>> MANTISSA_BITS_DROPPED));
    }

    /** Widens bfloat16 ({@link ElementType#BFLOAT16}); exact. */
    public static float bfloat16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Narrows to bfloat16; what is too large becomes an infinity. */
    public static short floatToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        int oddBit = (bits >>> 16) & 1;
        return (short) ((bits + 0x7fff + oddBit) >>> 16);
    }
}
