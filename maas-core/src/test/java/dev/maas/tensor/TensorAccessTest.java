package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Array;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the accessors give for each element type. */
class TensorAccessTest {
    /** An accessor, and the types that it reads; it refuses all others. */
    record Accessor(String method, Function<Tensor, Object> read, String types) {
        private static final List<Accessor> ALL = List.of(
                new Accessor("toFloats()", Tensor::toFloats, "float32 float16 bfloat16"),
                new Accessor("toDoubles()", Tensor::toDoubles, "float64 float32 float16 bfloat16"),
                new Accessor("toLongs()", Tensor::toLongs, "int8 int16 int32 int64 uint8 uint16 uint32 uint64"),
                new Accessor("toInts()", Tensor::toInts, "int8 int16 int32 uint8 uint16"),
                new Accessor("toShorts()", Tensor::toShorts, "int16 uint16 float16 bfloat16"),
                new Accessor("toBytes()", Tensor::toBytes, "int8 uint8"),
                new Accessor("toBooleans()", Tensor::toBooleans, "bool"),
                new Accessor("toStrings()", Tensor::toStrings, "string"));

        boolean reads(ElementType type) {
            return List.of(types.split(" ")).contains(type.toString());
        }

        static Accessor named(String method) {
            return ALL.stream()
                    .filter(accessor -> accessor.method.equals(method))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Tensor zeros(ElementType type) {
        return type == ElementType.STRING
                ? Tensor.of(new String[] {"a", "b"})
                : Tensor.of(type, ByteBuffer.allocate(2 * type.byteSize()), 2);
    }

    static Stream<Arguments> typesAndAccessors() {
        return Stream.of(ElementType.values())
                .flatMap(type -> Accessor.ALL.stream().map(accessor -> Arguments.of(type, accessor)));
    }

    @ParameterizedTest
    @MethodSource("typesAndAccessors")
    void anAccessorReadsWhatItsTypeHoldsAndRefusesTheRest(ElementType type, Accessor accessor) {
        Tensor tensor = zeros(type);

        if (accessor.reads(type)) {
            assertThat(Array.getLength(accessor.read.apply(tensor))).isEqualTo(2);
        } else {
            assertThatIllegalStateException()
                    .isThrownBy(() -> accessor.read.apply(tensor))
                    .withMessageStartingWith("The tensor's elements are " + type + ", not ")
                    .satisfies(e -> assertNamesAnAccessorOf(type, String.valueOf(e.getMessage())));
        }
    }

    private static void assertNamesAnAccessorOf(ElementType type, String message) {
        Accessor named = Accessor.named(message.substring(message.lastIndexOf(' ') + 1));
        assertThat(named.reads(type)).as(message).isTrue();
    }

    @Test
    void unsignedValuesAreReadAsTheNumbersTheyAre() {
        Tensor bytes = Tensor.of(ElementType.UINT8, ByteBuffer.wrap(new byte[] {0, 127, -128, -1}), 4);
        assertThat(bytes.toInts()).containsExactly(0, 127, 128, 255);
        assertThat(bytes.toLongs()).containsExactly(0, 127, 128, 255);
        assertThat(bytes.toBytes()).containsExactly(0, 127, -128, -1);

        ByteBuffer pair = ByteBuffer.allocate(4).putShort((short) 0x8000).putShort((short) -1);
        Tensor shorts = Tensor.of(ElementType.UINT16, pair.flip(), 2);
        assertThat(shorts.toInts()).containsExactly(32768, 65535);
        assertThat(shorts.toLongs()).containsExactly(32768, 65535);
        assertThat(shorts.toShorts()).containsExactly((short) 0x8000, (short) -1);

        Tensor ints = Tensor.of(ElementType.UINT32, ByteBuffer.allocate(4).putInt(0, -1), 1);
        assertThat(ints.toLongs()).containsExactly(4_294_967_295L);

        Tensor longs = Tensor.of(ElementType.UINT64, ByteBuffer.allocate(8).putLong(0, -1), 1);
        assertThat(new BigInteger(Long.toUnsignedString(longs.toLongs()[0])))
                .isEqualTo(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
    }

    @Test
    void signedValuesKeepTheirSign() {
        Tensor bytes = Tensor.of(new byte[] {-128, -1});
        assertThat(bytes.toInts()).containsExactly(-128, -1);
        assertThat(bytes.toLongs()).containsExactly(-128, -1);
        Tensor shorts = Tensor.of(new short[] {-32768, -1});
        assertThat(shorts.toInts()).containsExactly(-32768, -1);
        assertThat(shorts.toLongs()).containsExactly(-32768, -1);
        assertThat(Tensor.of(new int[] {Integer.MIN_VALUE}).toLongs()).containsExactly(Integer.MIN_VALUE);
    }

    @Test
    void narrowerFloatsAreWidened() {
        ByteBuffer half = ByteBuffer.allocate(2).putShort(0, (short) 0x3e00);
        Tensor halves = Tensor.of(ElementType.FLOAT16, half, 1);
        assertThat(halves.toFloats()).containsExactly(1.5f);
        assertThat(halves.toDoubles()).containsExactly(1.5);
        assertThat(halves.toShorts()).containsExactly((short) 0x3e00);

        ByteBuffer brain = ByteBuffer.allocate(2).putShort(0, (short) 0xbfc0);
        Tensor brains = Tensor.of(ElementType.BFLOAT16, brain, 1);
        assertThat(brains.toFloats()).containsExactly(-1.5f);
        assertThat(brains.toDoubles()).containsExactly(-1.5);

        assertThat(Tensor.of(new float[] {0.1f, Float.NaN}).toDoubles()).containsExactly((double) 0.1f, Double.NaN);
    }

    static Stream<Arguments> boxed() {
        ByteBuffer ones = ByteBuffer.allocate(8).putLong(0, -1);
        return Stream.of(
                Arguments.of(Tensor.of(new float[] {1.5f}), 1.5f),
                Arguments.of(Tensor.of(new double[] {1.5}), 1.5),
                Arguments.of(bits(ElementType.FLOAT16, ByteBuffer.allocate(2).putShort(0, (short) 0x3e00)), 1.5f),
                Arguments.of(bits(ElementType.BFLOAT16, ByteBuffer.allocate(2).putShort(0, (short) 0x3fc0)), 1.5f),
                Arguments.of(Tensor.of(new byte[] {-1}), (byte) -1),
                Arguments.of(Tensor.of(new short[] {-1}), (short) -1),
                Arguments.of(Tensor.of(new int[] {-1}), -1),
                Arguments.of(Tensor.of(new long[] {-1}), -1L),
                Arguments.of(bits(ElementType.UINT8, ones.duplicate().limit(1)), (short) 255),
                Arguments.of(bits(ElementType.UINT16, ones.duplicate().limit(2)), 65535),
                Arguments.of(bits(ElementType.UINT32, ones.duplicate().limit(4)), 4_294_967_295L),
                Arguments.of(bits(ElementType.UINT64, ones.duplicate()), -1L),
                Arguments.of(Tensor.of(new boolean[] {true}), true),
                Arguments.of(Tensor.of(new String[] {"a"}), "a"));
    }

    private static Tensor bits(ElementType type, ByteBuffer bytes) {
        return Tensor.of(type, bytes, 1);
    }

    @ParameterizedTest
    @MethodSource("boxed")
    void anElementIsBoxedInTheTypeThatHoldsAllOfItsKind(Tensor tensor, Object expected) {
        assertThat(tensor.element(0)).isEqualTo(expected).isInstanceOf(expected.getClass());
        assertThat(tensor.reshape().toNested()).isEqualTo(expected);
    }

    @Test
    void thereIsNoElementOutsideTheTensor() {
        Tensor tensor = Tensor.of(new String[] {"a", "b"});
        assertThat(tensor.element(1)).isEqualTo("b");
        for (long index : new long[] {-1, 2, 1L << 32, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> tensor.element(index)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void stringsHaveNoBytes() {
        Tensor tensor = Tensor.scalar("a");
        assertThat(tensor.byteSize()).isZero();
        assertThatIllegalStateException().isThrownBy(tensor::buffer).withMessageContaining("toStrings()");
    }

    /** Whatever the type, the byte order, the kind of memory and the place in it, the values are those that were put. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STRING")
    void buffersInBothByteOrdersGiveTheValuesThatWerePut(ElementType type) {
        Random random = new Random(type.name().hashCode());
        for (int round = 0; round < 200; round++) {
            int count = random.nextInt(20);
            int before = random.nextInt(9);
            int size = before + count * type.byteSize() + random.nextInt(9);
            ByteBuffer buffer = random.nextBoolean() ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
            buffer.order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            buffer.position(before).limit(before + count * type.byteSize());
            long[] bits = random.longs(count).toArray();
            for (int i = 0; i < count; i++) {
                put(buffer, before + i * type.byteSize(), type, bits[i]);
            }

            Tensor tensor = Tensor.of(
                    type,
                    random.nextBoolean() ? buffer : buffer.asReadOnlyBuffer().order(buffer.order()),
                    count);

            assertHolds(tensor, bits);
            if (buffer.order() == ByteOrder.nativeOrder() && type != ElementType.BOOL) {
                assertHolds(Tensor.wrap(type, buffer, count), bits);
            }
        }
    }

    private static void put(ByteBuffer buffer, int place, ElementType type, long bits) {
        switch (type.byteSize()) {
            case 1 -> buffer.put(place, (byte) bits);
            case 2 -> buffer.putShort(place, (short) bits);
            case 4 -> buffer.putInt(place, (int) bits);
            default -> buffer.putLong(place, bits);
        }
    }

    private static void assertHolds(Tensor tensor, long[] bits) {
        assertThat(tensor.elementCount()).isEqualTo(bits.length);
        ByteBuffer memory = tensor.buffer();
        assertThat(memory.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(memory.remaining())
                .isEqualTo(bits.length * tensor.elementType().byteSize());
        for (int i = 0; i < bits.length; i++) {
            Object expected = value(tensor.elementType(), bits[i]);
            assertThat(tensor.element(i)).isEqualTo(expected);
        }
    }

    private static Object value(ElementType type, long bits) {
        return switch (type) {
            case FLOAT32 -> Float.intBitsToFloat((int) bits);
            case FLOAT64 -> Double.longBitsToDouble(bits);
            case FLOAT16 -> HalfFloats.float16ToFloat((short) bits);
            case BFLOAT16 -> HalfFloats.bfloat16ToFloat((short) bits);
            case INT8 -> (byte) bits;
            case INT16 -> (short) bits;
            case INT32 -> (int) bits;
            case UINT8 -> (short) (bits & 0xff);
            case UINT16 -> (int) (bits & 0xffff);
            case UINT32 -> bits & 0xffffffffL;
            case INT64, UINT64 -> bits;
            case BOOL -> (byte) bits != 0;
            case STRING -> throw new IllegalArgumentException();
        };
    }
}
