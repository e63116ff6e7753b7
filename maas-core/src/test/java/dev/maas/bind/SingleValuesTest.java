package dev.maas.bind;

import static dev.maas.bind.TestFrame.alike;
import static dev.maas.bind.TestFrame.echo;
import static dev.maas.bind.TestFrame.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing is lost between a Java value and an element: a pair of types binds only where that holds for every value. */
class SingleValuesTest {
    /** Values at the edges of each Java type. */
    private static final Map<Class<?>, List<Object>> EDGES = Map.of(
            Byte.class, List.of(Byte.MIN_VALUE, (byte) -1, (byte) 0, Byte.MAX_VALUE),
            Short.class, List.of(Short.MIN_VALUE, (short) -1, (short) 0, Short.MAX_VALUE),
            Integer.class, List.of(Integer.MIN_VALUE, -1, 0, (1 << 24) + 1, Integer.MAX_VALUE),
            Long.class, List.of(Long.MIN_VALUE, -1L, 0L, (1L << 53) + 1, Long.MAX_VALUE),
            Float.class, List.of(-Float.MAX_VALUE, -0f, Float.MIN_VALUE, 1.1f, Float.POSITIVE_INFINITY, Float.NaN),
            Double.class, List.of(-Double.MAX_VALUE, -0.0, Double.MIN_VALUE, 1.1, Double.NEGATIVE_INFINITY, Double.NaN),
            Boolean.class, List.of(true, false),
            String.class, List.of("", "a", "\uD83D\uDE00 smile", "nul\0inside"));

    private static List<Object> edgesOf(Class<?> java) {
        return EDGES.getOrDefault(java, List.of());
    }

    private static Stream<Arguments> everyPair() {
        return EDGES.keySet().stream()
                .sorted((a, b) -> a.getName().compareTo(b.getName()))
                .flatMap(java -> Arrays.stream(ElementType.values()).map(element -> Arguments.of(java, element)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void aPairThatBindsAsAnInputKeepsEveryValue(Class<?> java, ElementType element) {
        Binding<Object, Tensor> binding;
        try {
            binding = bindInput(java, element);
        } catch (InvalidInputException e) {
            assertThat(e)
                    .hasMessageContaining("not every " + java.getSimpleName() + " is")
                    .hasMessageContaining("use ");
            assertThat(wouldKeepAll(java, element))
                    .as("%s into %s", java, element)
                    .isFalse();
            return;
        }
        for (Object value : edgesOf(java)) {
            TestFrame frame = new TestFrame(alike(element, "[]")).takes(binding, value);
            Object written = frame.input(0).toTensor().element(0);
            if (element == ElementType.FLOAT16 || element == ElementType.BFLOAT16) {
                assertThat(java).isEqualTo(Float.class);
            } else {
                assertThat(exact(written, element))
                        .as("%s into %s", value, element)
                        .isEqualTo(exact(value, element));
            }
        }
    }

    /** What the pairs should be: all values fit, or the bits of an unsigned integer of the same size. */
    private static boolean wouldKeepAll(Class<?> java, ElementType element) {
        List<Object> kept = new ArrayList<>();
        for (Object value : edgesOf(java)) {
            boolean text = value instanceof String;
            boolean truth = value instanceof Boolean;
            boolean real = value instanceof Float || value instanceof Double;
            boolean fits = switch (element) {
                case STRING -> text;
                case BOOL -> truth;
                case FLOAT32, FLOAT64 ->
                    !text && !truth && (real ? keepsReal(value, element) : keepsInteger((Number) value, element));
                case FLOAT16, BFLOAT16 -> value instanceof Float;
                case INT8, INT16, INT32, INT64 -> !text && !truth && !real && bits(value) <= element.byteSize() * 8;
                case UINT8, UINT16, UINT32, UINT64 -> !text && !truth && !real && bits(value) == element.byteSize() * 8;
            };
            if (fits) {
                kept.add(value);
            }
        }
        return kept.size() == edgesOf(java).size();
    }

    private static int bits(Object value) {
        return value instanceof Byte ? 8 : value instanceof Short ? 16 : value instanceof Integer ? 32 : 64;
    }

    private static boolean keepsReal(Object value, ElementType element) {
        return value instanceof Float || element == ElementType.FLOAT64;
    }

    private static boolean keepsInteger(Number value, ElementType element) {
        BigDecimal real = new BigDecimal(value.longValue());
        return element == ElementType.FLOAT32
                ? new BigDecimal(value.floatValue()).compareTo(real) == 0
                : new BigDecimal(value.doubleValue()).compareTo(real) == 0;
    }

    /** A number as such, an unsigned one as its bits; other values as they are. */
    private static Object exact(Object value, ElementType element) {
        if (value instanceof Float || value instanceof Double) {
            double real = ((Number) value).doubleValue();
            return Double.isFinite(real) && real != 0 ? new BigDecimal(real).stripTrailingZeros() : (Object) real;
        }
        if (value instanceof Number number) {
            boolean real = element.isFloatingPoint();
            long bits = number.longValue();
            return real
                    ? exact((double) bits, element)
                    : decimal(BigInteger.valueOf(element.isUnsigned() ? masked(bits, element) : bits));
        }
        return value;
    }

    private static long masked(long value, ElementType element) {
        return element.byteSize() == 8 ? value : value & ((1L << (8 * element.byteSize())) - 1);
    }

    private static Binding<Object, Tensor> bindInput(Class<?> java, ElementType element) {
        @SuppressWarnings("unchecked")
        TypeRef<Object> type = (TypeRef<Object>) TypeRef.of(java);
        return Binder.bind(alike(element, "[]"), ModelMetadata.empty(), type, TypeRef.of(Tensor.class));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void aPairThatBindsAsAnOutputGivesTheValueOrSaysThatItDoesNotFit(Class<?> java, ElementType element) {
        Binding<Tensor, ?> binding;
        try {
            binding = Binder.bind(
                    alike(element, "[]"), ModelMetadata.empty(), TypeRef.of(Tensor.class), TypeRef.of(java));
        } catch (InvalidInputException e) {
            assertThat(e).hasMessageContaining("not every " + element).hasMessageContaining("use ");
            return;
        }
        for (Tensor given : edgesOf(element)) {
            Object expected = exactElement(given);
            Object read;
            try {
                read = new TestFrame(alike(element, "[]")).gives(0, given).read(binding);
            } catch (EngineException e) {
                assertThat(e)
                        .hasMessageContaining("does not fit")
                        .hasMessageContaining(((BigDecimal) expected).toPlainString());
                assertThat(fits(expected, java)).as("%s as %s", expected, java).isFalse();
                continue;
            }
            assertThat(read).isInstanceOf(java);
            boolean asBits = element.isUnsigned() && bitsOf(java) == element.byteSize() * 8;
            Object actual = asBits ? exact(read, element) : exactJava(read);
            assertThat(actual)
                    .as("%s as %s", expected, java)
                    .isEqualTo(
                            asBits && element == ElementType.UINT64
                                    ? decimal(BigInteger.valueOf(given.toLongs()[0]))
                                    : expected);
        }
    }

    private static int bitsOf(Class<?> java) {
        Object example = edgesOf(java).get(0);
        return example instanceof Number && !(example instanceof Float) && !(example instanceof Double)
                ? bits(example)
                : 0;
    }

    private static boolean fits(Object expected, Class<?> java) {
        return expected instanceof BigDecimal number && number.toBigInteger().bitLength() < bitsOf(java);
    }

    private static BigDecimal decimal(BigInteger integer) {
        return new BigDecimal(integer).stripTrailingZeros();
    }

    private static Object exactJava(Object read) {
        if (read instanceof Float || read instanceof Double) {
            double real = ((Number) read).doubleValue();
            BigDecimal decimal = Double.isFinite(real) ? new BigDecimal(real) : null;
            return decimal == null || (real == 0 && 1 / real < 0) ? (Object) real : decimal.stripTrailingZeros();
        }
        return read instanceof Number number ? decimal(BigInteger.valueOf(number.longValue())) : read;
    }

    /** The element's true value, unsigned ones too. */
    private static Object exactElement(Tensor scalar) {
        Object element = scalar.element(0);
        if (scalar.elementType() == ElementType.UINT64) {
            return decimal(new BigInteger(Long.toUnsignedString(scalar.toLongs()[0])));
        }
        if (scalar.elementType().isUnsigned()) {
            return decimal(BigInteger.valueOf(masked(((Number) element).longValue(), scalar.elementType())));
        }
        return exactJava(element);
    }

    /** All bits clear, all set, the sign bit alone, all but the sign bit. */
    private static List<Tensor> edgesOf(ElementType element) {
        if (element == ElementType.STRING) {
            return List.of(Tensor.scalar(""), Tensor.scalar("\uD83D\uDE00"));
        }
        if (element == ElementType.BOOL) {
            return List.of(Tensor.scalar(true), Tensor.scalar(false));
        }
        long sign = 1L << (8 * element.byteSize() - 1);
        return Stream.of(0L, -1L, sign, sign - 1, 1L, sign >> 1)
                .map(bits -> ofBits(element, bits))
                .toList();
    }

    private static Tensor ofBits(ElementType element, long bits) {
        ByteBuffer buffer =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, bits);
        byte[] own = Arrays.copyOf(buffer.array(), element.byteSize());
        if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            for (int i = 0; i < own.length / 2; i++) {
                byte swapped = own[i];
                own[i] = own[own.length - 1 - i];
                own[own.length - 1 - i] = swapped;
            }
        }
        return Tensor.of(element, ByteBuffer.wrap(own).order(ByteOrder.nativeOrder()));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void aFloatIsRoundedIntoThe16BitFloats(ElementType type) {
        assertThat(echo(alike(type, "[]"), TypeRef.of(float.class), TypeRef.of(float.class), 1.5f))
                .isEqualTo(1.5f);
        assertThat(echo(alike(type, "[]"), TypeRef.of(float.class), TypeRef.of(double.class), 0.1f))
                .isNotEqualTo(0.1)
                .isCloseTo(0.1, org.assertj.core.data.Offset.offset(0.001));
        assertThat(echo(alike(type, "[]"), TypeRef.of(float.class), TypeRef.of(float.class), Float.NaN))
                .isNaN();
    }

    @Test
    void noFloatingPointTypeGoesIntoIntegersSoThatNaNCannot() {
        for (Class<?> real : List.of(float.class, double.class, Float.class, Double.class)) {
            for (ElementType integer :
                    List.of(ElementType.INT8, ElementType.INT64, ElementType.UINT8, ElementType.BOOL)) {
                assertThatThrownBy(() -> bindInput(real, integer)).isInstanceOf(InvalidInputException.class);
            }
        }
    }

    @Test
    void anUnsignedElementBeyondTheJavaTypeIsAnErrorAndNotNegative() {
        Signature model = alike(ElementType.UINT64, "[]");
        Binding<Long, Integer> binding =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(long.class), TypeRef.of(int.class));
        TestFrame frame = new TestFrame(model).gives(0, ofBits(ElementType.UINT64, -1));

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> frame.read(binding))
                .withMessageContaining("18446744073709551615")
                .withMessageContaining("32-bit");
    }

    @Test
    void singleValuesFillDimensionsOfOneAndRows() {
        assertThat(echo(alike(ElementType.FLOAT32, "[1, 1]"), TypeRef.of(float.class), TypeRef.of(float.class), 2f))
                .isEqualTo(2f);
        assertThat(echo(alike(ElementType.STRING, "[batch]"), TypeRef.of(String.class), TypeRef.of(String.class), "a"))
                .isEqualTo("a");
        assertThat(echo(
                        alike(ElementType.BOOL, "[batch, 1]"),
                        TypeRef.of(boolean.class),
                        TypeRef.of(boolean.class),
                        true))
                .isTrue();
    }

    @Test
    void aValueIsNotSpreadOverSeveralElements() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Binder.bind(
                        alike(ElementType.FLOAT32, "[batch, 3]"),
                        ModelMetadata.empty(),
                        TypeRef.of(float.class),
                        TypeRef.of(float[].class)))
                .withMessageContaining("one float is not [3] of them; use float[]");
    }

    @Test
    void severalElementsAreNotReadAsOne() {
        Signature model = Signature.of(
                List.of(tensor("x", ElementType.FLOAT32, "[batch, 1]")),
                List.of(tensor("y", ElementType.FLOAT32, "[batch, found]")));
        Binding<Float, Float> binding =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(Float.class), TypeRef.of(Float.class));
        TestFrame frame = new TestFrame(model).takes(binding, 1f).gives(0, Tensor.of(new float[6], 3, 2));

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> frame.read(binding))
                .withMessageContaining("2 values where the Java type, Float, has one");
    }

    @Test
    void nullIsRefusedForEverySingleType() {
        for (Class<?> type : List.of(Integer.class, String.class, Float.class)) {
            ElementType element = type == Integer.class
                    ? ElementType.INT32
                    : type == String.class ? ElementType.STRING : ElementType.FLOAT32;
            Binding<Object, Tensor> binding = bindInput(type, element);
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> binding.shapes(TestFrame.absent()))
                    .withMessageContaining("takes no nulls")
                    .withMessageContaining(type.getSimpleName());
        }
    }
}
