package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.platform.Fp16Conversions;
import java.math.BigDecimal;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every 16-bit pattern is widened; narrowing is compared with exact arithmetic where rounding can go wrong. */
class HalfFloatsTest {
    private static final ExactRounding FLOAT16 = ExactRounding.toFloat16();
    private static final ExactRounding BFLOAT16 = ExactRounding.toBfloat16();

    private static void forEveryPattern(IntConsumer check) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            check.accept(bits);
        }
    }

    @Test
    void everyHalfIsWidenedAsTheRuntimeDoes() {
        forEveryPattern(bits ->
                assertSame(bits, HalfFloats.float16ToFloat((short) bits), Fp16Conversions.fp16ToFloat((short) bits)));
    }

    @Test
    void everyBfloat16IsWidenedAsTheRuntimeDoes() {
        forEveryPattern(bits ->
                assertSame(bits, HalfFloats.bfloat16ToFloat((short) bits), Fp16Conversions.bf16ToFloat((short) bits)));
    }

    /** By their bits, which tell the zeros apart; NaN has many. */
    private static void assertSame(int bits, float actual, float expected) {
        if (Float.isNaN(expected)) {
            assertThat(actual).as("NaN from %x", bits).isNaN();
        } else if (Float.floatToRawIntBits(actual) != Float.floatToRawIntBits(expected)) {
            assertThat(actual).as("value of %x", bits).isEqualTo(expected);
        }
    }

    @Test
    void everyHalfHasTheValueThatIeee754Defines() {
        for (int bits = 0; bits < FLOAT16.infinity(); bits++) {
            assertExact(HalfFloats.float16ToFloat((short) bits), FLOAT16.magnitude(bits));
            assertExact(-HalfFloats.float16ToFloat((short) (bits | 0x8000)), FLOAT16.magnitude(bits));
        }
        assertThat(HalfFloats.float16ToFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(HalfFloats.float16ToFloat((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    @Test
    void everyBfloat16HasTheValueOfItsUpperHalf() {
        for (int bits = 0; bits < BFLOAT16.infinity(); bits++) {
            assertExact(HalfFloats.bfloat16ToFloat((short) bits), BFLOAT16.magnitude(bits));
            assertExact(-HalfFloats.bfloat16ToFloat((short) (bits | 0x8000)), BFLOAT16.magnitude(bits));
        }
        assertThat(HalfFloats.bfloat16ToFloat((short) 0x7f80)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(HalfFloats.bfloat16ToFloat((short) 0xff80)).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    private static void assertExact(float actual, BigDecimal expected) {
        if (new BigDecimal(actual).compareTo(expected) != 0) {
            assertThat(new BigDecimal(actual)).isEqualByComparingTo(expected);
        }
    }

    @Test
    void everyPatternComesBackWhenItIsWidenedAndNarrowed() {
        forEveryPattern(bits -> {
            assertComesBack(bits, HalfFloats.floatToFloat16(HalfFloats.float16ToFloat((short) bits)), 0x7c00);
            assertComesBack(bits, HalfFloats.floatToBfloat16(HalfFloats.bfloat16ToFloat((short) bits)), 0x7f80);
        });
    }

    private static void assertComesBack(int bits, short back, int infinity) {
        boolean nan = (bits & 0x7fff) > infinity;
        if (nan) {
            assertThat(back & 0x7fff).as("NaN %x", bits).isGreaterThan(infinity);
            assertThat(back & 0x8000).as("sign of NaN %x", bits).isEqualTo(bits & 0x8000);
        } else if (back != (short) bits) {
            assertThat(back).as("pattern %x", bits).isEqualTo((short) bits);
        }
    }

    @Test
    void everyTieBetweenTwoHalvesGoesToTheEvenOne() {
        for (int bits = 0; bits < FLOAT16.infinity(); bits++) {
            checkAround(FLOAT16.midpoint(bits).floatValue());
        }
    }

    @Test
    void everyTieBetweenTwoBfloat16GoesToTheEvenOne() {
        for (int bits = 0; bits < BFLOAT16.infinity(); bits++) {
            checkAround(BFLOAT16.midpoint(bits).floatValue());
        }
    }

    /** The tie itself and the floats on both sides of it, of both signs. */
    private static void checkAround(float tie) {
        for (float value : new float[] {tie, Math.nextUp(tie), Math.nextDown(tie)}) {
            checkRounding(value);
            checkRounding(-value);
        }
    }

    private static void checkRounding(float value) {
        short half = HalfFloats.floatToFloat16(value);
        short expectedHalf = FLOAT16.round(value);
        if (half != expectedHalf || half != Fp16Conversions.mlasFloatToFp16(value)) {
            assertThat(half)
                    .as("float16 nearest to %s", Float.toHexString(value))
                    .isEqualTo(expectedHalf);
            assertThat(half)
                    .as("the runtime's float16 of %s", Float.toHexString(value))
                    .isEqualTo(Fp16Conversions.mlasFloatToFp16(value));
        }
        short brain = HalfFloats.floatToBfloat16(value);
        short expectedBrain = BFLOAT16.round(value);
        if (brain != expectedBrain) {
            assertThat(brain)
                    .as("bfloat16 nearest to %s", Float.toHexString(value))
                    .isEqualTo(expectedBrain);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyFloatBecomesTheNearestHalfAndBfloat16(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            float any = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(any)) {
                checkRounding(any);
            }
            // Within the range of halves, subnormal ones too, where few of the floats are.
            checkRounding(Math.scalb(random.nextFloat() * 2 - 1, random.nextInt(-26, 17)));
            // Subnormal floats, of which bfloat16 keeps the top.
            checkRounding(Float.intBitsToFloat(random.nextInt(1 << 23) | (random.nextInt() << 31)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "65504, 7bff",
        "65519.996, 7bff",
        "65520, 7c00",
        "-65520, fc00",
        "3.4028235e38, 7c00",
        "Infinity, 7c00",
        "-Infinity, fc00",
        "0, 0",
        "-0.0, 8000",
        "1, 3c00",
        "-2, c000",
        "6.1035156e-5, 400",
        "5.9604645e-8, 1",
        "2.9802322e-8, 0",
        "2.9802326e-8, 1",
        "-1.4e-45, 8000",
    })
    void knownHalves(float value, String hex) {
        assertThat(Integer.toHexString(HalfFloats.floatToFloat16(value) & 0xffff))
                .isEqualTo(hex);
    }

    @ParameterizedTest
    @CsvSource({
        "3.3895314e38, 7f7f",
        "3.3961775e38, 7f80",
        "-3.4028235e38, ff80",
        "Infinity, 7f80",
        "-Infinity, ff80",
        "0, 0",
        "-0.0, 8000",
        "1, 3f80",
        "1.00390625, 3f80",
        "1.01171875, 3f82",
        "9.1835e-41, 1",
        "1.4e-45, 0",
    })
    void knownBfloat16(float value, String hex) {
        assertThat(Integer.toHexString(HalfFloats.floatToBfloat16(value) & 0xffff))
                .isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0x7f80ffff, 0x7f801fff})
    void everyNanStaysNan(int bits) {
        float nan = Float.intBitsToFloat(bits);
        assertThat(HalfFloats.float16ToFloat(HalfFloats.floatToFloat16(nan))).isNaN();
        assertThat(HalfFloats.bfloat16ToFloat(HalfFloats.floatToBfloat16(nan))).isNaN();
    }
}
