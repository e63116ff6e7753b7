package dev.maas.engine.onnx;

import static dev.maas.engine.onnx.OnnxFixture.declared;
import static dev.maas.engine.onnx.OnnxFixture.run;
import static dev.maas.engine.onnx.OnnxFixture.signature;
import static dev.maas.engine.onnx.OnnxFixture.tensor;
import static dev.maas.engine.onnx.OnnxFixture.undeclared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.EngineException;
import dev.maas.ModelLoadException;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.testmodels.OnnxAttribute;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Types that ONNX Runtime's Java API carries in part, or not at all. */
class OnnxTypesTest {
    private static final OnnxType FLOATS = OnnxType.tensor(ElementType.FLOAT32, "[n]");
    private static final TensorSpec X = tensor("x", ElementType.FLOAT32, "[n]");

    private final OnnxFixture onnx = new OnnxFixture();

    @AfterEach
    void close() {
        onnx.close();
    }

    // What comes out though it cannot go in.

    @Test
    void readsUnsignedOutputs() {
        long[] values = {0, 1, 40_000, 3_000_000_000L, -1};
        Tensor expected16 = unsigned(ElementType.UINT16, new long[] {0, 1, 40_000, 3_000_000_000L & 0xffff, 0xffff});
        Tensor expected32 = unsigned(ElementType.UINT32, new long[] {0, 1, 40_000, 3_000_000_000L, 0xffff_ffffL});
        Tensor expected64 = unsigned(ElementType.UINT64, values);

        for (Tensor expected : List.of(expected16, expected32, expected64)) {
            RunFrame frame = onnx.frame(undeclared(OnnxModels.cast(ElementType.INT64, expected.elementType(), "[n]")));
            for (int round = 0; round < 2; round++) {
                run(frame, Tensor.of(values));
                assertThat(frame.outputValue(0)).isEqualTo(expected);
                assertThat(frame.output(0).toTensor()).isEqualTo(expected);
            }
        }
    }

    private static Tensor unsigned(ElementType type, long[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * type.byteSize()).order(ByteOrder.nativeOrder());
        for (long value : values) {
            switch (type) {
                case UINT16 -> bytes.putShort((short) value);
                case UINT32 -> bytes.putInt((int) value);
                default -> bytes.putLong(value);
            }
        }
        return Tensor.of(type, bytes.flip(), values.length);
    }

    // What is refused.

    static Stream<Arguments> inputsThatCannotBeMade() {
        Shape n = Shape.parse("[n]");
        return Stream.of(
                Arguments.of("uint16", OnnxType.tensor(ElementType.UINT16, "[n]")),
                Arguments.of("uint32", OnnxType.tensor(ElementType.UINT32, "[n]")),
                Arguments.of("uint64", OnnxType.tensor(ElementType.UINT64, "[n]")),
                Arguments.of("float8e4m3fn", OnnxType.tensor(OnnxType.FLOAT8E4M3FN, n)),
                Arguments.of("a sequence", OnnxType.sequence(FLOATS)),
                Arguments.of("optional", OnnxType.optional(FLOATS)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputsThatCannotBeMade")
    void refusesInputsThatCannotBeMade(String named, OnnxType type) {
        byte[] model = OnnxModels.identity(type, type);

        assertThatThrownBy(() -> onnx.load(undeclared(model)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("model.onnx")
                .hasMessageContaining(named)
                .hasMessageContaining("x");
    }

    @Test
    void refusesInputsThatAreMaps() {
        byte[] model = new OnnxGraph("vectorizer")
                .input("x", OnnxType.map(ElementType.STRING, OnnxType.tensor(ElementType.FLOAT32, "[]")))
                .node(
                        OnnxGraph.ML_DOMAIN,
                        "DictVectorizer",
                        List.of("x"),
                        List.of("y"),
                        OnnxAttribute.of("string_vocabulary", new String[] {"a", "b"}))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[1, 2]"))
                .toModel();

        assertThatThrownBy(() -> onnx.load(undeclared(model)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("input 'x'")
                .hasMessageContaining("a map");
    }

    @Test
    void refusesInputsOfFourBits() {
        byte[] model = new OnnxGraph("int4")
                .opset(21)
                .input("x", OnnxType.tensor(OnnxType.INT4, Shape.parse("[n]")))
                .node("Cast", List.of("x"), List.of("y"), OnnxAttribute.of("to", OnnxType.code(ElementType.FLOAT32)))
                .output("y", FLOATS)
                .toModel();

        assertThatThrownBy(() -> onnx.load(undeclared(model)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("input 'x'")
                .hasMessageContaining("int4");
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT16", "INT32", "BOOL"})
    void refusesSequencesThatCannotBeRead(ElementType type) {
        assertThatThrownBy(() -> onnx.load(undeclared(OnnxModels.rows(type))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("output 'y'")
                .hasMessageContaining("a sequence of " + (type == ElementType.FLOAT16 ? "FLOAT16" : type.name()));
    }

    static Stream<Integer> outputsThatCannotBeRead() {
        return Stream.of(OnnxType.FLOAT8E4M3FN, OnnxType.INT4, OnnxType.UINT4);
    }

    @ParameterizedTest
    @MethodSource("outputsThatCannotBeRead")
    void refusesOutputsThatCannotBeRead(int type) {
        byte[] model = new OnnxGraph("narrow")
                .opset(21)
                .input("x", FLOATS)
                .node("Cast", List.of("x"), List.of("y"), OnnxAttribute.of("to", type))
                .output("y", OnnxType.tensor(type, Shape.parse("[n]")))
                .toModel();

        assertThatThrownBy(() -> onnx.load(undeclared(model)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("output 'y'");
    }

    // Sequences and maps.

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT32", "FLOAT64", "INT64", "STRING"})
    void readsSequencesOfTensors(ElementType type) {
        LoadedModel model = onnx.load(undeclared(OnnxModels.rows(type)));
        assertThat(model.signature().outputs())
                .containsExactly(new SequenceSpec("y", new TensorSpec("", type, Shape.unknown())));
        RunFrame frame = onnx.frame(model);
        Tensor row = type == ElementType.STRING
                ? Tensor.of(new String[] {"a", "b \ud83d\ude00"})
                : Tensor.of(type, ByteBuffer.allocate(2 * type.byteSize()).put(0, (byte) 7), 2);
        Tensor rows = row.reshape(1, 2);

        run(frame, rows);

        assertThat(frame.outputValue(0)).isEqualTo(List.of(row));
    }

    @Test
    void readsEmptySequences() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.emptySequence()));

        run(frame, Tensor.of(new float[] {1, 2}));

        assertThat(frame.outputValue(0)).isEqualTo(List.of());
        assertThat(frame.outputValue(1)).isEqualTo(Tensor.of(new float[] {1, 2}));
    }

    @Test
    void readsMapsWithNumbersAsKeys() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.zipMap(30, 10, 20)));

        run(frame, Tensor.of(new float[] {0.5f, 0.25f, 0.75f}, 1, 3));

        assertThat(frame.outputValue(1)).isEqualTo(List.of(Map.of(30L, 0.5f, 10L, 0.25f, 20L, 0.75f)));
        assertThat(frame.outputValue(1)).hasToString("[{10=0.25, 20=0.75, 30=0.5}]");
    }

    @Test
    void readsNoMapsForNoRows() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.zipMap("a", "b")));

        run(frame, Tensor.of(new float[0], 0, 2));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new long[0]));
        assertThat(frame.outputValue(1)).isEqualTo(List.of());
    }

    @Test
    void failsRatherThanLoseKeysOfMaps() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.zipMap("\ud83d\ude00", "\ud83d\ude02")));

        assertThatThrownBy(() -> run(frame, Tensor.of(new float[] {1, 2}, 1, 2)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("'scores'")
                .hasMessageContaining("emoji");
    }

    // Optional outputs.

    private static Signature optionalSignature() {
        return signature(List.of(X), tensor("y", ElementType.FLOAT32, "[n]"), tensor("z", ElementType.FLOAT32, "[n]"));
    }

    @Test
    void readsOptionalOutputsThatArePresent() {
        LoadedModel model = onnx.load(declared(OnnxModels.optional(true), optionalSignature(), "y"));
        assertThat(model.signature()).isEqualTo(optionalSignature());
        RunFrame frame = onnx.frame(model);

        for (float value : new float[] {1, 2}) {
            Tensor tensor = Tensor.of(new float[] {value, 3});
            run(frame, tensor);
            assertThat(frame.outputValue(0)).isEqualTo(tensor);
            assertThat(frame.output(0).toTensor()).isEqualTo(tensor);
            assertThat(frame.outputValue(1)).isEqualTo(tensor);
        }
    }

    @Test
    void saysThatAnOptionalOutputIsAbsentInsteadOfCrashing() {
        RunFrame frame = onnx.frame(declared(OnnxModels.optional(false), optionalSignature(), "y"));
        Tensor tensor = Tensor.of(new float[] {1, 2});

        run(frame, tensor);

        assertThatThrownBy(() -> frame.outputValue(0))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("'y'")
                .hasMessageContaining("absent");
        assertThatThrownBy(() -> frame.output(0)).isInstanceOf(EngineException.class);
        assertThat(frame.outputValue(1)).isEqualTo(tensor);
    }

    @Test
    void readsOptionalSequences() {
        OnnxType sequence = OnnxType.sequence(OnnxType.tensor(ElementType.FLOAT32, Shape.unknown()));
        byte[] bytes = new OnnxGraph("optional sequence")
                .opset(18)
                .input("x", FLOATS)
                .node("SequenceConstruct", List.of("x", "x"), List.of("both"))
                .node("Optional", List.of("both"), List.of("y"))
                .output("y", OnnxType.optional(sequence))
                .toModel();
        Signature signature =
                signature(List.of(X), new SequenceSpec("y", new TensorSpec("", ElementType.FLOAT32, Shape.unknown())));
        RunFrame frame = onnx.frame(declared(bytes, signature, "y"));
        Tensor tensor = Tensor.of(new float[] {4});

        run(frame, tensor);

        assertThat(frame.outputValue(0)).isEqualTo(List.of(tensor, tensor));
    }

    @Test
    void refusesOptionalOutputsThatNobodyDeclared() {
        assertThatThrownBy(() -> onnx.load(undeclared(OnnxModels.optional(true))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("[y, z]");
    }

    // Shapes that Java cannot tell apart, or nest.

    @Test
    void tellsAScalarFromAnUnknownRankByTheFile() {
        byte[] scalar = OnnxModels.identity(ElementType.FLOAT32, "[]");
        OnnxType anyRank = OnnxType.tensor(ElementType.FLOAT32, Shape.unknown());
        byte[] unknown = OnnxModels.identity(anyRank, anyRank);

        assertThat(onnx.load(declared(
                                scalar,
                                signature(
                                        List.of(tensor("x", ElementType.FLOAT32, "[]")),
                                        tensor("y", ElementType.FLOAT32, "[]"))))
                        .signature())
                .hasToString("(x: float32[]) -> (y: float32[])");
        RunFrame frame = onnx.frame(undeclared(unknown));
        for (long[] shape : new long[][] {{}, {3}, {1, 2}, {2, 1, 1}}) {
            Tensor tensor = Tensor.of(new float[(int) Shape.elementCount(shape)], shape);
            run(frame, tensor);
            assertThat(frame.outputValue(0)).isEqualTo(tensor);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT32", "STRING"})
    void carriesMoreThanEightDimensions(ElementType type) {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.identity(type, "[1, 1, 1, 1, 1, 1, 1, 1, n]")));
        long[] shape = {1, 1, 1, 1, 1, 1, 1, 1, 2};
        Tensor tensor = type == ElementType.STRING
                ? Tensor.of(new String[] {"a", "\ud83d\ude00"}, shape)
                : Tensor.of(new float[] {1, 2}, shape);

        run(frame, tensor);

        assertThat(frame.outputValue(0)).isEqualTo(tensor);
    }

    @Test
    void refusesNamesThatTheRuntimeDamages() {
        byte[] model = new OnnxGraph("names")
                .input("\ud83d\ude00", FLOATS)
                .node("Identity", List.of("\ud83d\ude00"), List.of("y"))
                .output("y", FLOATS)
                .toModel();
        Signature signature = signature(
                List.of(tensor("\ud83d\ude00", ElementType.FLOAT32, "[n]")), tensor("y", ElementType.FLOAT32, "[n]"));

        assertThatThrownBy(() -> onnx.load(declared(model, signature)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("Rename");
    }
}
