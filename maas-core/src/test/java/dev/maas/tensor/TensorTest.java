package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How tensors are made, and what makes two of them equal. */
class TensorTest {
    private static final ByteOrder OTHER_ORDER =
            ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;

    static Stream<Arguments> vectorsAndMatrices() {
        return Stream.of(
                Arguments.of(ElementType.FLOAT32, Tensor.of(new float[] {1, 2}), Tensor.of(new float[] {1, 2}, 1, 2)),
                Arguments.of(ElementType.FLOAT64, Tensor.of(new double[] {1, 2}), Tensor.of(new double[] {1, 2}, 1, 2)),
                Arguments.of(ElementType.INT64, Tensor.of(new long[] {1, 2}), Tensor.of(new long[] {1, 2}, 1, 2)),
                Arguments.of(ElementType.INT32, Tensor.of(new int[] {1, 2}), Tensor.of(new int[] {1, 2}, 1, 2)),
                Arguments.of(ElementType.INT16, Tensor.of(new short[] {1, 2}), Tensor.of(new short[] {1, 2}, 1, 2)),
                Arguments.of(ElementType.INT8, Tensor.of(new byte[] {1, 2}), Tensor.of(new byte[] {1, 2}, 1, 2)),
                Arguments.of(
                        ElementType.BOOL,
                        Tensor.of(new boolean[] {true, false}),
                        Tensor.of(new boolean[] {true, false}, 1, 2)),
                Arguments.of(
                        ElementType.STRING,
                        Tensor.of(new String[] {"a", "b"}),
                        Tensor.of(new String[] {"a", "b"}, 1, 2)));
    }

    @ParameterizedTest
    @MethodSource("vectorsAndMatrices")
    void anArrayMakesAVectorOrWhatTheShapeSays(ElementType type, Tensor vector, Tensor matrix) {
        assertThat(vector.elementType()).isEqualTo(type);
        assertThat(vector.shape()).containsExactly(2);
        assertThat(matrix.elementType()).isEqualTo(type);
        assertThat(matrix.shape()).containsExactly(1, 2);
        assertThat(matrix.rank()).isEqualTo(2);
        assertThat(matrix.elementCount()).isEqualTo(2);
        assertThat(matrix.byteSize()).isEqualTo(2L * type.byteSize());
        assertThat(vector).isNotEqualTo(matrix).isEqualTo(matrix.reshape(2));
    }

    @Test
    void aTensorDoesNotChangeWithTheArrayItWasMadeOf() {
        float[] values = {1, 2};
        long[] shape = {2, 1};
        Tensor tensor = Tensor.of(values, shape);
        values[0] = 9;
        shape[0] = 9;
        tensor.toFloats()[1] = 9;
        tensor.shape()[1] = 9;

        assertThat(tensor).isEqualTo(Tensor.of(new float[] {1, 2}, 2, 1));
    }

    @Test
    void aTensorOfStringsDoesNotChangeWithTheArrayItWasMadeOf() {
        String[] values = {"a", "b"};
        Tensor tensor = Tensor.of(values);
        values[0] = "x";
        tensor.toStrings()[1] = "y";

        assertThat(tensor.toStrings()).containsExactly("a", "b");
    }

    @Test
    void aTensorDoesNotChangeWithTheBufferItWasMadeOf() {
        ByteBuffer values = ByteBuffer.wrap(new byte[] {1, 2});
        Tensor tensor = Tensor.of(ElementType.UINT8, values, 2);
        values.put(0, (byte) 9);

        assertThat(tensor.toInts()).containsExactly(1, 2);
        assertThat(tensor.buffer().isReadOnly()).isTrue();
    }

    @Test
    void makingAndReadingLeavesPositionsAlone() {
        ByteBuffer values = ByteBuffer.wrap(new byte[] {9, 1, 2, 9}).position(1).limit(3);
        Tensor tensor = Tensor.of(ElementType.INT8, values, 2);
        Tensor wrapped = Tensor.wrap(ElementType.INT8, values, 2);

        assertThat(values.position()).isEqualTo(1);
        assertThat(values.limit()).isEqualTo(3);
        tensor.buffer().get();
        for (int reading = 0; reading < 2; reading++) {
            assertThat(tensor.toBytes()).containsExactly(1, 2);
            assertThat(wrapped.toBytes()).containsExactly(1, 2);
        }
        assertThat(wrapped).isEqualTo(tensor).hasSameHashCodeAs(tensor);
    }

    @Test
    void scalarsHaveNoDimensionsAndOneElement() {
        for (Tensor scalar : new Tensor[] {
            Tensor.scalar(1.5f),
            Tensor.scalar(1.5),
            Tensor.scalar(1),
            Tensor.scalar(1L),
            Tensor.scalar(true),
            Tensor.scalar("one")
        }) {
            assertThat(scalar.rank()).isZero();
            assertThat(scalar.shape()).isEmpty();
            assertThat(scalar.elementCount()).isOne();
        }
        assertThat(Tensor.scalar(1.5f).toNested()).isEqualTo(1.5f);
        assertThat(Tensor.scalar(1.5).toNested()).isEqualTo(1.5);
        assertThat(Tensor.scalar(1).toNested()).isEqualTo(1);
        assertThat(Tensor.scalar(1L).toNested()).isEqualTo(1L);
        assertThat(Tensor.scalar(true).toNested()).isEqualTo(true);
        assertThat(Tensor.scalar("one").toNested()).isEqualTo("one");
    }

    @Test
    void sizesOfZeroAreAllowedAnywhere() {
        assertThat(Tensor.of(new float[0]).elementCount()).isZero();
        assertThat(Tensor.of(new float[0], 3, 0, 5).elementCount()).isZero();
        assertThat(Tensor.of(new String[0], 0, 4).toStrings()).isEmpty();
        assertThat(Tensor.of(ElementType.UINT16, ByteBuffer.allocate(0), 0).toInts())
                .isEmpty();
        assertThat(Tensor.of(new float[0], Long.MAX_VALUE, Long.MAX_VALUE, 0).elementCount())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void aShapeThatDoesNotFitTheValuesIsRefusedWithBothNumbers(Supplier<Tensor> making, String message) {
        assertThatIllegalArgumentException().isThrownBy(making::get).withMessageContaining(message);
    }

    static Stream<Arguments> misfits() {
        ByteBuffer six = ByteBuffer.allocate(6).order(ByteOrder.nativeOrder());
        return Stream.of(
                misfit(() -> Tensor.of(new float[2], 3), "Shape [3] holds 3 elements; got 2"),
                misfit(() -> Tensor.of(new double[2], 1, 1), "holds 1 elements; got 2"),
                misfit(() -> Tensor.of(new long[2], new long[0]), "Shape [] holds 1 elements; got 2"),
                misfit(() -> Tensor.of(new int[2], 2, 0), "holds 0 elements; got 2"),
                misfit(() -> Tensor.of(new short[0], new long[0]), "holds 1 elements; got 0"),
                misfit(() -> Tensor.of(new byte[2], 3), "holds 3 elements; got 2"),
                misfit(() -> Tensor.of(new boolean[2], 3), "holds 3 elements; got 2"),
                misfit(() -> Tensor.of(new String[2], 3), "holds 3 elements; got 2"),
                misfit(() -> Tensor.of(new float[2], -1, -2), "0 or more; got [-1, -2]"),
                misfit(() -> Tensor.of(new float[2], Long.MAX_VALUE, 3), "more elements than any tensor"),
                misfit(() -> Tensor.of(ElementType.INT32, six, 2), "2 elements of 4 bytes; got 6 bytes"),
                misfit(() -> Tensor.of(ElementType.INT32, six, 1), "1 elements of 4 bytes; got 6 bytes"),
                misfit(() -> Tensor.wrap(ElementType.INT32, six, 2), "2 elements of 4 bytes; got 6 bytes"),
                misfit(() -> Tensor.of(ElementType.INT64, six, 1L << 61), "got 6 bytes"),
                misfit(() -> Tensor.of(ElementType.INT64, six, Long.MAX_VALUE, 2), "more elements than any tensor"),
                misfit(() -> Tensor.wrap(ElementType.STRING, six, 6), "use Tensor.of(String[]"),
                misfit(() -> Tensor.of(ElementType.STRING, ByteBuffer.allocate(0), 0), "use Tensor.of(String[]"),
                misfit(() -> Tensor.of(new float[6], 2, 3).reshape(2, 2), "shape [2, 3] has 6 elements"),
                misfit(() -> Tensor.of(new float[6]).reshape(-1, -6), "0 or more"),
                misfit(() -> Tensor.of(new float[6]).reshape(Long.MAX_VALUE, 2), "more elements than any tensor"));
    }

    private static Arguments misfit(Supplier<Tensor> making, String message) {
        return Arguments.of(making, message);
    }

    @Test
    @SuppressWarnings("NullAway") // What this is about.
    void aNullStringIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> Tensor.of(new String[] {"a", null, "c"}))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("index 1");
    }

    @Test
    void aWrappedBufferIsSharedAndDirectWhereItWasDirect() {
        ByteBuffer memory = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
        memory.putFloat(4, 1.5f).putFloat(8, 2.5f).position(4);
        Tensor tensor = Tensor.wrap(ElementType.FLOAT32, memory, 2);

        assertThat(tensor.buffer().isDirect()).isTrue();
        assertThat(tensor.buffer().remaining()).isEqualTo(8);
        assertThat(tensor.toFloats()).containsExactly(1.5f, 2.5f);
        memory.putFloat(4, 7);
        assertThat(tensor.toFloats()).containsExactly(7, 2.5f);
    }

    @Test
    void aBufferInTheWrongByteOrderIsCopiedButNotWrapped() {
        ByteBuffer foreign = ByteBuffer.allocate(4).order(OTHER_ORDER).putInt(0, 0x01020304);

        assertThat(Tensor.of(ElementType.INT32, foreign, 1).toInts()).containsExactly(0x01020304);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.wrap(ElementType.INT32, foreign, 1))
                .withMessageContaining("got " + OTHER_ORDER)
                .withMessageContaining("Tensor.of");
        assertThat(Tensor.wrap(ElementType.INT8, foreign, 4).elementCount())
                .as("single bytes have no order")
                .isEqualTo(4);
    }

    @Test
    void copiedTruthValuesAreZeroOrOne() {
        ByteBuffer odd = ByteBuffer.wrap(new byte[] {0, 1, 2, -1, 7}).position(1);
        Tensor tensor = Tensor.of(ElementType.BOOL, odd, 4);

        assertThat(tensor).isEqualTo(Tensor.of(new boolean[] {true, true, true, true}));
        byte[] bytes = new byte[4];
        tensor.buffer().get(bytes);
        assertThat(bytes).containsExactly(1, 1, 1, 1);
    }

    @Test
    void equalityIsOfTypeShapeAndBits() {
        Tensor tensor = Tensor.of(new float[] {Float.NaN, 0f, 1f});

        assertThat(tensor)
                .isEqualTo(Tensor.of(new float[] {Float.NaN, 0f, 1f}))
                .hasSameHashCodeAs(Tensor.of(new float[] {Float.NaN, 0f, 1f}))
                .isNotEqualTo(Tensor.of(new float[] {Float.NaN, -0f, 1f}))
                .isNotEqualTo(Tensor.of(new float[] {Float.NaN, 0f, 2f}))
                .isNotEqualTo(Tensor.of(new float[] {Float.NaN, 0f, 1f}, 1, 3))
                .isNotEqualTo("a tensor");
        assertThat(Tensor.of(new int[] {1})).isNotEqualTo(Tensor.of(new float[] {Float.intBitsToFloat(1)}));
        assertThat(Tensor.of(new String[] {"a"}))
                .isEqualTo(Tensor.of(new String[] {"a"}))
                .hasSameHashCodeAs(Tensor.of(new String[] {"a"}))
                .isNotEqualTo(Tensor.of(new String[] {"b"}))
                .isNotEqualTo(Tensor.scalar("a"));
    }

    @Test
    void reshapingKeepsTheValuesInOrderAndSharesTheMemory() {
        ByteBuffer memory = ByteBuffer.allocateDirect(24).order(ByteOrder.nativeOrder());
        Tensor row = Tensor.wrap(ElementType.INT32, memory, 6);
        Tensor matrix = row.reshape(2, 3);
        memory.putInt(20, 5);

        assertThat(matrix.shape()).containsExactly(2, 3);
        assertThat(matrix.element(5)).isEqualTo(5);
        assertThat(Tensor.of(new String[] {"a", "b"}).reshape(2, 1).toStrings()).containsExactly("a", "b");
    }

    @ParameterizedTest
    @EnumSource
    void theTextShowsTypeShapeAndTheFirstEightValues(ElementType type) {
        Tensor tensor = type == ElementType.STRING
                ? Tensor.of(new String[] {"a", "b", "c", "d", "e", "f", "g", "h", "i"}, 3, 3)
                : Tensor.of(type, ByteBuffer.allocate(9 * type.byteSize()), 3, 3);

        assertThat(tensor.toString()).startsWith(type + "[3, 3] {").endsWith(", …}");
        assertThat(tensor.toString().split(", "))
                .as("3, 3 and eight values and …")
                .hasSize(10);
    }

    @Test
    void theTextOfSmallTensorsIsWhole() {
        assertThat(Tensor.of(new float[] {1, 2.5f})).hasToString("float32[2] {1.0, 2.5}");
        assertThat(Tensor.of(new int[8]).toString()).endsWith("0}");
        assertThat(Tensor.scalar("hello")).hasToString("string[] {hello}");
        assertThat(Tensor.of(new long[0])).hasToString("int64[0] {}");
        ByteBuffer ones = ByteBuffer.allocate(8).putLong(0, -1);
        assertThat(Tensor.of(ElementType.UINT64, ones, 1)).hasToString("uint64[1] {18446744073709551615}");
    }
}
