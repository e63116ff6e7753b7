package dev.maas.bind;

import static dev.maas.bind.TestFrame.absent;
import static dev.maas.bind.TestFrame.alike;
import static dev.maas.bind.TestFrame.echo;
import static dev.maas.bind.TestFrame.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArraysAndListsTest {
    enum Colour {
        RED,
        @Name("dark green")
        GREEN {
            @Override
            public String toString() {
                return "a constant with a body";
            }
        }
    }

    private static Stream<Arguments> arrays() {
        return Stream.of(
                Arguments.of(ElementType.FLOAT32, new float[] {1, Float.NaN, -0f}),
                Arguments.of(ElementType.FLOAT16, new float[] {1, 2.5f, Float.NEGATIVE_INFINITY}),
                Arguments.of(ElementType.BFLOAT16, new float[] {1, 2.5f, Float.NaN}),
                Arguments.of(ElementType.FLOAT64, new double[] {1e300, Double.NaN, -0.0}),
                Arguments.of(ElementType.INT64, new long[] {Long.MIN_VALUE, 0, Long.MAX_VALUE}),
                Arguments.of(ElementType.UINT64, new long[] {-1, 0, 1}),
                Arguments.of(ElementType.INT32, new int[] {Integer.MIN_VALUE, 0, 7}),
                Arguments.of(ElementType.UINT32, new int[] {-1, 0, 7}),
                Arguments.of(ElementType.INT16, new short[] {-300, 0, 7}),
                Arguments.of(ElementType.UINT16, new short[] {-300, 0, 7}),
                Arguments.of(ElementType.INT8, new byte[] {-128, 0, 7}),
                Arguments.of(ElementType.UINT8, new byte[] {-128, 0, 7}),
                Arguments.of(ElementType.BOOL, new boolean[] {true, false, true}),
                Arguments.of(ElementType.STRING, new String[] {"", "zwei", "\uD83D\uDE00"}),
                Arguments.of(ElementType.FLOAT32, new Float[] {1f, Float.NaN, -0f}),
                Arguments.of(ElementType.INT64, new Long[] {1L, -1L, Long.MAX_VALUE}),
                Arguments.of(ElementType.BOOL, new Boolean[] {true, false, false}),
                Arguments.of(ElementType.STRING, new Colour[] {Colour.GREEN, Colour.RED, Colour.GREEN}));
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void arraysComeBackAsTheyWent(ElementType type, Object array) {
        for (String shape : List.of("[3]", "[n]", "[batch, 3]", "[batch, n]", "[1, 3]")) {
            assertThat(echoSame(type, shape, array)).as(shape).isEqualTo(array);
        }
    }

    /** A value of one class into a model and out of it again, as the same class. */
    @SuppressWarnings("unchecked")
    private static Object echoSame(ElementType type, String shape, Object value) {
        TypeRef<Object> javaType = (TypeRef<Object>) (TypeRef<?>) TypeRef.of(value.getClass());
        return echo(alike(type, shape), javaType, javaType, value);
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void nestedArraysComeBackAsTheyWent(ElementType type, Object array) {
        Object nested = java.lang.reflect.Array.newInstance(array.getClass(), 2);
        java.lang.reflect.Array.set(nested, 0, array);
        java.lang.reflect.Array.set(nested, 1, array);

        for (String shape : List.of("[2, 3]", "[n, m]", "[batch, 2, 3]", "[batch, n, 3]", "[1, 2, m]")) {
            assertThat(echoSame(type, shape, nested)).as(shape).isEqualTo(nested);
        }
    }

    @Test
    void wideningArraysKeepTheirValues() {
        assertThat(echo(
                        alike(ElementType.FLOAT64, "[2]"),
                        TypeRef.of(float[].class),
                        TypeRef.of(double[].class),
                        new float[] {.1f, 2}))
                .containsExactly((double) .1f, 2);
        assertThat(echo(alike(ElementType.INT64, "[2]"), TypeRef.of(int[].class), TypeRef.of(long[].class), new int[] {
                    -1, 7
                }))
                .containsExactly(-1, 7);
        assertThat(echo(
                        alike(ElementType.FLOAT32, "[2]"),
                        TypeRef.of(short[].class),
                        TypeRef.of(float[].class),
                        new short[] {-300, 7}))
                .containsExactly(-300, 7);
        assertThat(echo(
                        alike(ElementType.FLOAT64, "[2]"),
                        TypeRef.of(int[].class),
                        TypeRef.of(double[].class),
                        new int[] {Integer.MIN_VALUE, 7}))
                .containsExactly(Integer.MIN_VALUE, 7);
        assertThat(echo(alike(ElementType.UINT8, "[2]"), TypeRef.of(byte[].class), TypeRef.of(int[].class), new byte[] {
                    -1, 7
                }))
                .containsExactly(255, 7);
    }

    @Test
    void anElementTooWideForTheArrayIsAnErrorAndNotCutOff() {
        Signature model = alike(ElementType.INT64, "[n]");
        for (Class<?> narrow : List.of(int[].class, short[].class, byte[].class)) {
            Binding<Tensor, ?> binding =
                    Binder.bind(model, ModelMetadata.empty(), TypeRef.of(Tensor.class), TypeRef.of(narrow));
            TestFrame frame = new TestFrame(model).gives(0, Tensor.of(new long[] {1, 1L << 32}));
            assertThatExceptionOfType(dev.maas.EngineException.class)
                    .as(narrow.getSimpleName())
                    .isThrownBy(() -> frame.read(binding))
                    .withMessageContaining("4294967296")
                    .withMessageContaining("bind it as long");
        }
    }

    @Test
    void oneFlatArrayCarriesSeveralFixedDimensionsInRowMajorOrder() {
        Signature model = alike(ElementType.INT32, "[batch, 2, 3]");
        int[] flat = {1, 2, 3, 4, 5, 6};

        assertThat(echo(model, TypeRef.of(int[].class), TypeRef.of(int[].class), flat))
                .isEqualTo(flat);
        assertThat(echo(model, TypeRef.of(int[].class), TypeRef.of(int[][].class), flat))
                .isEqualTo(new int[][] {{1, 2, 3}, {4, 5, 6}});
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> echo(model, TypeRef.of(int[].class), TypeRef.of(int[].class), new int[5]))
                .withMessageContaining("6 elements of [2, 3]")
                .withMessageContaining("got 5");
    }

    @Test
    void listsNestAndComeBackUnmodifiable() {
        List<List<Float>> rows = List.of(List.of(1f, 2f), List.of(3f, 4f), List.of(5f, 6f));

        List<List<Float>> back = echo(
                alike(ElementType.FLOAT32, "[n, 2]"),
                new TypeRef<List<List<Float>>>() {},
                new TypeRef<List<List<Float>>>() {},
                rows);

        assertThat(back).isEqualTo(rows);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> back.add(List.of()))
                .isInstanceOf(UnsupportedOperationException.class);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> back.get(0).set(0, 9f))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void anyIterableGoesInWhereACollectionIsAsked() {
        assertThat(echo(
                        alike(ElementType.STRING, "[n]"),
                        new TypeRef<Collection<String>>() {},
                        new TypeRef<List<String>>() {},
                        new java.util.ArrayDeque<>(List.of("a", "b"))))
                .containsExactly("a", "b");
        assertThat(echo(
                        alike(ElementType.FLOAT32, "[n, 2]"),
                        new TypeRef<List<? extends float[]>>() {},
                        TypeRef.of(float[][].class),
                        List.of(new float[] {1, 2})))
                .isEqualTo(new float[][] {{1, 2}});
    }

    @Test
    void allRowsGoTogetherInTypesWithTheLeadingDimension() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 2]");
        Binding<float[][], float[][]> binding =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(float[][].class), TypeRef.of(float[][].class));

        assertThat(binding.isRowwise()).isFalse();
        assertThat(binding.shapes(new float[5][2])).isEqualTo(new long[][] {{5, 2}});
        assertThat(Binder.bind(model, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(float[].class))
                        .isRowwise())
                .isTrue();
    }

    @Test
    void anEmptyBatchIsABatchOfNoRows() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 2]");
        assertThat(echo(model, TypeRef.of(float[][].class), TypeRef.of(float[][].class), new float[0][]))
                .isEmpty();
        assertThat(echo(
                        model,
                        new TypeRef<List<List<Float>>>() {},
                        new TypeRef<List<List<Float>>>() {},
                        List.<List<Float>>of()))
                .isEmpty();
        assertThat(echo(
                        alike(ElementType.STRING, "[n]"),
                        TypeRef.of(String[].class),
                        TypeRef.of(String[].class),
                        new String[0]))
                .isEmpty();
        // The inner size has nothing to decide it, and is 0.
        Binding<float[][], float[][]> free = Binder.bind(
                alike(ElementType.FLOAT32, "[n, m]"),
                ModelMetadata.empty(),
                TypeRef.of(float[][].class),
                TypeRef.of(float[][].class));
        assertThat(free.isRowwise()).isFalse();
        assertThat(free.shapes(new float[0][])).isEqualTo(new long[][] {{0, 0}});
    }

    private static Stream<Arguments> ragged() {
        return Stream.of(
                Arguments.of("[n, m]", new float[][] {{1, 2}, {3}}, "takes rows of one length", "2 values, and then 1"),
                Arguments.of("[n, 2]", new float[][] {{1, 2}, {3}}, "takes 2 values along dimension 1", "got 1"),
                Arguments.of("[n, 2]", new float[][] {{1, 2, 3}}, "takes 2 values along dimension 1", "got 3"),
                Arguments.of("[3, 2]", new float[][] {{1, 2}, {1, 2}}, "takes 3 values along dimension 0", "got 2"),
                Arguments.of(
                        "[n, m, k]",
                        new float[][][] {{{1}, {2}}, {{1}}},
                        "takes rows of one length; along dimension 1",
                        "2 values, and then 1"),
                Arguments.of(
                        "[n, m, k]",
                        new float[][][] {{{1}, {2, 3}}},
                        "rows of one length; along dimension 2",
                        "then 2"));
    }

    @ParameterizedTest
    @MethodSource("ragged")
    void raggedArraysAreRefusedSayingWhere(String shape, Object value, String expected, String got) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> echoSame(ElementType.FLOAT32, shape, value))
                .withMessageContaining("Input 'x' (float32" + shape + ")")
                .withMessageContaining(expected)
                .withMessageContaining(got);
    }

    private static Stream<Arguments> nulls() {
        return Stream.of(
                Arguments.of(ElementType.FLOAT32, "[n, m]", new float[][] {{1}, null}, "element 1 along dimension 0"),
                Arguments.of(ElementType.FLOAT32, "[n, m]", new Float[][] {{1f, null}}, "element 1 along dimension 1"),
                Arguments.of(ElementType.STRING, "[n]", new String[] {"a", null}, "element 1 along dimension 0"),
                Arguments.of(
                        ElementType.STRING, "[n, m]", new String[][] {{"a"}, {null}}, "element 0 along dimension 1"),
                Arguments.of(ElementType.STRING, "[n, m]", new String[][] {{"a"}, null}, "element 1 along dimension 0"),
                Arguments.of(ElementType.STRING, "[batch, n]", new String[] {null}, "element 0 along dimension 0"),
                Arguments.of(ElementType.STRING, "[n]", new Colour[] {null}, "element 0 along dimension 0"),
                Arguments.of(
                        ElementType.FLOAT32,
                        "[n, m, k]",
                        new float[][][] {{{1}}, {null}},
                        "element 0 along dimension 1"));
    }

    @ParameterizedTest
    @MethodSource("nulls")
    void nullsAreRefusedAtEveryDepthSayingWhere(ElementType type, String shape, Object value, String place) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> echoSame(type, shape, value))
                .withMessageContaining("takes no nulls")
                .withMessageContaining(place);
    }

    @Test
    void nullsInListsAndInsteadOfAllAreRefused() {
        Signature model = alike(ElementType.FLOAT32, "[n, 2]");
        TypeRef<List<List<Float>>> lists = new TypeRef<>() {};
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> echo(model, lists, lists, List.of(Arrays.asList(1f, null))))
                .withMessageContaining("element 1 along dimension 1 is null");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> echo(model, lists, lists, Arrays.asList(List.of(1f, 2f), absent())))
                .withMessageContaining("element 1 along dimension 0 is null");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> echo(model, lists, lists, absent()))
                .withMessageContaining("takes no nulls");
    }

    @Test
    void dimensionsOfOneNameHaveOneSize() {
        Signature model = Signature.of(
                List.of(
                        tensor("ids", ElementType.INT64, "[batch, length]"),
                        tensor("mask", ElementType.INT64, "[batch, length]")),
                List.of(tensor("y", ElementType.FLOAT32, "[batch]")));
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
        record Tokens(long[] ids, long[] mask) {}
        Binding<Tokens, Float> binding =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(Tokens.class), TypeRef.of(float.class));

        assertThat(binding.shapes(new Tokens(new long[4], new long[4]))).isEqualTo(new long[][] {{4}, {4}});
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> binding.shapes(new Tokens(new long[4], new long[3])))
                .withMessageContaining("'length'")
                .withMessageContaining("4 in input 'ids'")
                .withMessageContaining("3 in input 'mask'");
    }

    @Test
    void aValueThatChangesBetweenMeasuringAndWritingIsRefused() {
        Binding<List<float[]>, Tensor> binding = Binder.bind(
                alike(ElementType.FLOAT32, "[n, m]"),
                ModelMetadata.empty(),
                new TypeRef<List<float[]>>() {},
                TypeRef.of(Tensor.class));
        for (float[] other : List.of(new float[1], new float[3])) {
            List<float[]> rows = new ArrayList<>(List.of(new float[2], new float[2]));
            TestFrame frame = new TestFrame(alike(ElementType.FLOAT32, "[n, m]")).takes(binding, rows);
            rows.set(1, other);
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> binding.write(rows, frame, 0))
                    .withMessageContaining("changed during the call");
            rows.set(1, new float[2]);
            rows.add(new float[2]);
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> binding.write(rows, frame, 0))
                    .withMessageContaining("changed during the call");
        }
    }

    @Test
    void whatIsReadDoesNotChangeWithTheNextRun() {
        Signature model = alike(ElementType.FLOAT32, "[n]");
        Binding<Tensor, Tensor> asTensor =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(Tensor.class), TypeRef.of(Tensor.class));
        Binding<Tensor, float[]> asArray =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(Tensor.class), TypeRef.of(float[].class));
        TestFrame frame = new TestFrame(model).gives(0, Tensor.of(new float[] {1, 2}));
        Tensor tensor = frame.read(asTensor);
        float[] array = frame.read(asArray);

        frame.gives(0, Tensor.of(new float[] {8, 9}));

        assertThat(tensor.toFloats()).containsExactly(1, 2);
        assertThat(array).containsExactly(1, 2);
    }

    @Test
    void aRowsOwnTensorLacksTheLeadingDimension() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 2]");
        Binding<float[], Tensor> binding =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(Tensor.class));
        TestFrame frame = new TestFrame(model)
                .takes(binding, new float[2])
                .gives(0, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));

        assertThat(frame.read(binding)).isEqualTo(Tensor.of(new float[] {3, 4}));
    }

    @Test
    void anOutputThatCameOtherwiseThanDeclaredIsAnErrorOfTheEngine() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 2]");
        Binding<float[], float[]> binding =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(float[].class));
        TestFrame frame = new TestFrame(model).takes(binding, new float[2]);

        for (Tensor wrong :
                List.of(Tensor.of(new float[4], 2, 2), Tensor.of(new float[3]), Tensor.of(new float[6], 3, 2, 1))) {
            assertThatExceptionOfType(dev.maas.EngineException.class)
                    .isThrownBy(() -> frame.gives(0, wrong).read(binding))
                    .withMessageContaining("Output 'y' (float32[batch, 2]) came as " + Arrays.toString(wrong.shape()));
        }
    }
}
