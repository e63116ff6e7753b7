package dev.maas.tensor;

import java.math.BigDecimal;
import java.util.Arrays;

/**
 * Rounds to a 16-bit floating-point format by exact arithmetic on its list of values, to nearest, ties to even.
 *
 * <p>Shares nothing with {@link HalfFloats}: the values come from the formats' definition, sign · significand · 2^exponent.
 */
final class ExactRounding {
    private final int infinity;
    /** The magnitude of each finite value by its bits, and behind them the power of two that overflows first. */
    private final BigDecimal[] magnitudes;

    /** A format of a sign bit and those, with the exponent that its first normal values have. */
    private ExactRounding(int exponentBits, int fractionBits, int smallestExponent) {
        this.infinity = ((1 << exponentBits) - 1) << fractionBits;
        this.magnitudes = new BigDecimal[infinity + 1];
        for (int bits = 0; bits <= infinity; bits++) {
            int exponent = bits >>> fractionBits;
            int fraction = bits & ((1 << fractionBits) - 1);
            int significand = exponent == 0 ? fraction : fraction + (1 << fractionBits);
            magnitudes[bits] = BigDecimal.valueOf(significand)
                    .multiply(powerOfTwo(smallestExponent - fractionBits + Math.max(exponent, 1) - 1));
        }
    }

    static ExactRounding toFloat16() {
        return new ExactRounding(5, 10, -14);
    }

    static ExactRounding toBfloat16() {
        return new ExactRounding(8, 7, -126);
    }

    private static BigDecimal powerOfTwo(int exponent) {
        BigDecimal power = BigDecimal.valueOf(2).pow(Math.abs(exponent));
        // One divided by a power of two ends after as many digits as the power has.
        return exponent >= 0 ? power : BigDecimal.ONE.divide(power);
    }

    /** The bits of positive infinity; those of the finite values are below. */
    int infinity() {
        return infinity;
    }

    BigDecimal magnitude(int bits) {
        return magnitudes[bits];
    }

    /** Half-way between a finite value and the next. */
    BigDecimal midpoint(int bits) {
        return magnitudes[bits].add(magnitudes[bits + 1]).divide(BigDecimal.valueOf(2));
    }

    /** The bits of the nearest value; of two that are as near, the one whose last bit is 0. */
    short round(float value) {
        BigDecimal magnitude = new BigDecimal(value).abs();
        int sign = Float.floatToRawIntBits(value) < 0 ? 0x8000 : 0;
        if (magnitude.compareTo(magnitudes[infinity]) >= 0) {
            return (short) (sign | infinity);
        }
        int found = Arrays.binarySearch(magnitudes, magnitude);
        int above = found >= 0 ? found : -found - 1;
        int below = found >= 0 ? found : above - 1;
        int nearness = magnitude.subtract(magnitudes[below]).compareTo(magnitudes[above].subtract(magnitude));
        int nearest = nearness == 0 ? below + (below & 1 & (above - below)) : nearness < 0 ? below : above;
        return (short) (sign | nearest);
    }
}
