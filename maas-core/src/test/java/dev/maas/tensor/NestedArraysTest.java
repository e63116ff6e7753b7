package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NestedArraysTest {
    @Test
    void nestedArraysBecomeATensorInRowMajorOrder() {
        Tensor tensor = Tensor.ofNested(new float[][][] {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}});

        assertThat(tensor).isEqualTo(Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 3, 2));
    }

    @Test
    void aTensorBecomesArraysThatApplicationsCanCast() {
        assertThat((float[][]) Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).toNested())
                .isDeepEqualTo(new float[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat((String[][]) Tensor.of(new String[] {"a", "b"}, 2, 1).toNested())
                .isDeepEqualTo(new String[][] {{"a"}, {"b"}});
    }

    static Stream<Arguments> innermostTypes() {
        return Stream.of(
                Arguments.of(ElementType.FLOAT32, float[].class),
                Arguments.of(ElementType.FLOAT64, double[].class),
                Arguments.of(ElementType.FLOAT16, float[].class),
                Arguments.of(ElementType.BFLOAT16, float[].class),
                Arguments.of(ElementType.INT8, byte[].class),
                Arguments.of(ElementType.INT16, short[].class),
                Arguments.of(ElementType.INT32, int[].class),
                Arguments.of(ElementType.INT64, long[].class),
                Arguments.of(ElementType.UINT8, int[].class),
                Arguments.of(ElementType.UINT16, int[].class),
                Arguments.of(ElementType.UINT32, long[].class),
                Arguments.of(ElementType.UINT64, long[].class),
                Arguments.of(ElementType.BOOL, boolean[].class));
    }

    @ParameterizedTest
    @MethodSource("innermostTypes")
    void eachTypeHasItsArray(ElementType type, Class<?> expected) {
        Tensor tensor = Tensor.of(type, ByteBuffer.allocate(6 * type.byteSize()), 3, 2);

        Object nested = tensor.toNested();
        assertThat(nested.getClass()).isEqualTo(expected.arrayType());
        assertThat(Array.getLength(nested)).isEqualTo(3);
        assertThat(Array.getLength(Array.get(nested, 2))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyArraysComeBackFromTheirTensor(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            Tensor tensor = anyTensor(random);
            Object nested = tensor.toNested();

            assertThat(Tensor.ofNested(nested)).isEqualTo(tensor);
            assertSameElements(tensor, nested, tensor.shape(), 0, 0);
        }
    }

    /** Of a type that Java has arrays for; only the last dimension may be empty, as the others' emptiness hides those below. */
    private static Tensor anyTensor(Random random) {
        long[] shape = new long[1 + random.nextInt(4)];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = axis == shape.length - 1 ? random.nextInt(5) : 1 + random.nextInt(4);
        }
        List<Class<?>> leaves = List.of(
                float.class, double.class, long.class, int.class, short.class, byte.class, boolean.class, String.class);
        Class<?> leaf = leaves.get(random.nextInt(leaves.size()));
        Object flat = Array.newInstance(leaf, (int) Shape.elementCount(shape));
        for (int i = 0; i < Array.getLength(flat); i++) {
            Array.set(flat, i, anyValue(leaf, random));
        }
        return Tensor.ofNested(flat).reshape(shape);
    }

    private static Object anyValue(Class<?> leaf, Random random) {
        if (leaf == float.class) {
            return random.nextFloat();
        } else if (leaf == double.class) {
            return random.nextDouble();
        } else if (leaf == long.class) {
            return random.nextLong();
        } else if (leaf == int.class) {
            return random.nextInt();
        } else if (leaf == short.class) {
            return (short) random.nextInt();
        } else if (leaf == byte.class) {
            return (byte) random.nextInt();
        } else if (leaf == boolean.class) {
            return random.nextBoolean();
        }
        return "s" + random.nextInt();
    }

    /** Walks down the arrays and compares each leaf with the element at its row-major place. */
    private static int assertSameElements(Tensor tensor, Object level, long[] shape, int axis, int place) {
        assertThat(Array.getLength(level)).isEqualTo((int) shape[axis]);
        int next = place;
        for (int i = 0; i < shape[axis]; i++) {
            if (axis == shape.length - 1) {
                assertThat(Array.get(level, i)).isEqualTo(tensor.element(next++));
            } else {
                next = assertSameElements(tensor, Array.get(level, i), shape, axis + 1, next);
            }
        }
        return next;
    }

    @Test
    void belowAnEmptyDimensionAllAreEmpty() {
        assertThat(Tensor.ofNested(new float[0][3]).shape()).containsExactly(0, 0);
        assertThat(Tensor.ofNested(new float[2][0][]).shape()).containsExactly(2, 0, 0);
        assertThat(Tensor.ofNested(new String[0]).elementType()).isEqualTo(ElementType.STRING);
        assertThat((long[][][]) Tensor.of(new long[0], 2, 0, 5).toNested()).isDeepEqualTo(new long[2][0][]);
    }

    static Stream<Arguments> unfit() {
        return Stream.of(
                Arguments.of(new float[][] {{1, 2}, {3}}, "at dimension 1 expected 2, got 1"),
                Arguments.of(new float[][] {{}, {3}}, "at dimension 1 expected 0, got 1"),
                Arguments.of(new int[][][] {{{1}}, {{1}, {2}}}, "at dimension 1 expected 1, got 2"),
                Arguments.of(new int[][] {{1}, null}, "is null"),
                Arguments.of(new int[][] {null, {1}}, "is null"),
                Arguments.of(new char[] {'a'}, "got char[]"),
                Arguments.of(new Integer[] {1}, "got java.lang.Integer[]"),
                Arguments.of(new Object[] {new int[] {1}}, "got java.lang.Object[]"),
                Arguments.of("text", "got java.lang.String"));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void whatIsNoTensorIsRefused(Object nested, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofNested(nested))
                .withMessageContaining(message);
    }

    @Test
    @SuppressWarnings("NullAway") // What this is about.
    void aNullStringIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> Tensor.ofNested(new String[][] {{"a", "b"}, {"c", null}}))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("index 3");
    }

    @Test
    void rowsThatStandInManyPlacesAreCountedBeforeMemoryIsTaken() {
        byte[][][] shared = new byte[2_000][2_000][];
        byte[] row = new byte[2_000];
        for (byte[][] rows : shared) {
            Arrays.fill(rows, row);
        }

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofNested(shared))
                .withMessageContaining("8000000000");
    }

    @Test
    void anEmptyTensorLargerThanAnyJavaArrayIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Tensor.of(new float[0], 3_000_000_000L, 0).toNested())
                .withMessageContaining("[3000000000, 0]");
    }
}
