package dev.maas.gate;

import static dev.maas.gate.RawModel.BOOL;
import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.INT64;
import static dev.maas.gate.RawModel.STRING;
import static dev.maas.gate.RawModel.add;
import static dev.maas.gate.RawModel.entry;
import static dev.maas.gate.RawModel.function;
import static dev.maas.gate.RawModel.graphAttribute;
import static dev.maas.gate.RawModel.node;
import static dev.maas.gate.RawModel.operatorSet;
import static dev.maas.gate.RawModel.tensor;
import static dev.maas.gate.RawModel.tensorAttribute;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.value;
import static dev.maas.gate.RawModel.withWeight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.tensor.Signature;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the gate reads from models that are sound. */
class SoundModelTest {
    private final ModelGate gate = new ModelGate();

    private OnnxModel read(RawModel model) {
        return gate.inspect(model.source()).onnx().orElseThrow();
    }

    private static String signature(OnnxModel model) {
        return model.signature().map(Signature::toString).orElse("none");
    }

    @Test
    void tellsWhatTheFileSaysAboutItself() {
        RawModel raw = add().property("author", "Ada")
                .modelField(8, operatorSet("ai.onnx.ml", 3))
                .node(node("Neg", List.of("y"), List.of("z")))
                .node(node("ai.onnx.ml", "Scaler", List.of("z"), List.of("s")));

        Inspection inspection = gate.inspect(raw.source());
        OnnxModel model = inspection.onnx().orElseThrow();

        assertThat(inspection.entry()).isEqualTo("model.onnx");
        assertThat(inspection.format()).isEqualTo("onnx");
        assertThat(inspection.files()).isEqualTo(1);
        assertThat(inspection.entryBytes()).isEqualTo(raw.bytes().length).isEqualTo(inspection.packageBytes());
        assertThat(model.irVersion()).isEqualTo(8);
        assertThat(model.operatorSets()).containsExactly(Map.entry("ai.onnx", 17L), Map.entry("ai.onnx.ml", 3L));
        assertThat(model.producer()).isEqualTo("tests 1");
        assertThat(model.graphName()).isEqualTo("g");
        assertThat(model.properties()).containsExactly(Map.entry("author", "Ada"));
        assertThat(model.nodes()).isEqualTo(3);
        assertThat(model.operators())
                .containsOnly(
                        Map.entry("ai.onnx", new java.util.TreeMap<>(Map.of("Add", 1, "Neg", 1))),
                        Map.entry("ai.onnx.ml", new java.util.TreeMap<>(Map.of("Scaler", 1))));
        assertThat(signature(model)).isEqualTo("(x: float32[1]) -> (y: float32[1])");
    }

    @Test
    void readsEveryKindOfDimension() {
        RawModel model = new RawModel()
                .node(node("Relu", List.of("x"), List.of("y")))
                .input(value("x", tensorType(FLOAT, "batch", 3, RawModel.FREE, -1, 0)))
                .output(value("y", new WireWriter().message(1, new WireWriter().integer(1, FLOAT))));

        assertThat(signature(read(model))).isEqualTo("(x: float32[batch, 3, ?, ?, 0]) -> (y: float32[unknown rank])");
    }

    @Test
    void ofADimensionWithSizeAndSymbolTheLastCounts() {
        WireWriter shape = new WireWriter()
                .message(1, new WireWriter().integer(1, 4).text(2, "n"))
                .message(1, new WireWriter().text(2, "m").integer(1, 5));
        RawModel model = new RawModel()
                .node(node("Relu", List.of("x"), List.of("y")))
                .input(value(
                        "x",
                        new WireWriter()
                                .message(1, new WireWriter().integer(1, FLOAT).message(2, shape))))
                .output(value("y", tensorType(FLOAT, "n", 5)));

        assertThat(signature(read(model))).isEqualTo("(x: float32[n, 5]) -> (y: float32[n, 5])");
    }

    @Test
    void inputsWithADefaultAreNotTheCallers() {
        RawModel model =
                withWeight(tensor("w", FLOAT, 1).bytes(9, new byte[4])).input(value("w", tensorType(FLOAT, 1)));

        OnnxModel read = read(model);

        assertThat(read.inputs()).extracting(OnnxModel.Value::name).containsExactly("x", "w");
        assertThat(read.requiredInputs()).extracting(OnnxModel.Value::name).containsExactly("x");
        assertThat(signature(read)).isEqualTo("(x: float32[1]) -> (y: float32[1])");
    }

    @Test
    void sequencesAndMapsAreOutputs() {
        WireWriter map =
                new WireWriter().message(5, new WireWriter().integer(1, STRING).message(2, tensorType(FLOAT)));
        WireWriter sequence = new WireWriter().message(4, new WireWriter().message(1, map));
        RawModel model = new RawModel()
                .node(node("ZipMap", List.of("x"), List.of("y")))
                .input(value("x", tensorType(FLOAT, "n", 2)))
                .output(value("y", sequence));

        OnnxModel read = read(model);

        assertThat(read.outputs().get(0).type()).isEqualTo("seq(map(string,tensor(float)))");
        assertThat(signature(read)).isEqualTo("(x: float32[n, 2]) -> (y: sequence(map(string, float32)))");
    }

    @Test
    void anOptionalOutputIsDeclaredAsWhatItHolds() {
        RawModel model = new RawModel()
                .node(node("If", List.of("c"), List.of("y")))
                .input(value("c", tensorType(BOOL)))
                .output(value("y", new WireWriter().message(9, new WireWriter().message(1, tensorType(FLOAT, 5)))));

        OnnxModel read = read(model);

        assertThat(read.outputs().get(0).type()).isEqualTo("optional(tensor(float))");
        assertThat(signature(read)).isEqualTo("(c: bool[]) -> (y: float32[5])");
    }

    @Test
    void anOutputWithoutATypeIsLeftToTheEngine() {
        RawModel model = new RawModel()
                .node(node("Relu", List.of("x"), List.of("y")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(new WireWriter().text(1, "y"));

        OnnxModel read = read(model);

        assertThat(read.outputs().get(0).type()).isEmpty();
        assertThat(read.signature()).isEmpty();
        assertThat(read.uncarried()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "14, complex64",
        "15, complex128",
        "17, float8e4m3fn",
        "20, float8e5m2fnuz",
        "21, uint4",
        "22, int4",
        "23, float4e2m1",
        "24, float8e8m0",
        "25, uint2",
        "26, int2"
    })
    void namesTheTypesThatItDoesNotCarry(int number, String type) {
        RawModel model = new RawModel()
                .node(node("Identity", List.of("in put"), List.of("y")))
                .input(value("in put", tensorType(number, 1)))
                .output(value("y", tensorType(number, 1)));

        assertThat(read(model).uncarried())
                .containsExactly(
                        "The input 'in put' is of type tensor(" + type + "), which maas does not carry as an input",
                        "The output 'y' is of type tensor(" + type + "), which maas does not carry as an output");
        assertThat(read(model).signature()).isEmpty();
    }

    @Test
    void sequencesAndOptionalValuesAreNoInputs() {
        WireWriter sequence = new WireWriter().message(4, new WireWriter().message(1, tensorType(FLOAT, 5)));
        WireWriter optional = new WireWriter().message(9, new WireWriter().message(1, tensorType(FLOAT, 5)));
        RawModel model = new RawModel()
                .node(node("Magic", List.of("s", "o"), List.of("y")))
                .input(value("s", sequence))
                .input(value("o", optional))
                .output(value("y", tensorType(FLOAT, 1)));

        assertThat(read(model).uncarried())
                .containsExactly(
                        "The input 's' is of type seq(tensor(float)), which maas does not carry as an input",
                        "The input 'o' is of type optional(tensor(float)), which maas does not carry as an input");
    }

    @Test
    void countsWeightsInTheFileAndInInnerGraphs() {
        WireWriter branch = new RawModel()
                .node(node("Add", List.of("x", "v"), List.of("b")))
                .output(value("b", tensorType(FLOAT, 1)))
                .initializer(tensor("v", INT64, 3).bytes(9, new byte[24]))
                .graph();
        RawModel model = withWeight(tensor("w", FLOAT, 2, 5).bytes(9, new byte[40]))
                .node(node("If", List.of("x"), List.of("i"), graphAttribute("then_branch", branch)))
                .initializer(tensor("names", STRING, 2).text(6, "ab").text(6, "cde"));

        OnnxModel read = read(model);

        assertThat(read.initializers()).isEqualTo(3);
        assertThat(read.initializerBytes()).isEqualTo(40 + 24 + 5);
        assertThat(read.nodes()).isEqualTo(3);
        assertThat(read.operators().get("ai.onnx")).containsEntry("Add", 2).containsEntry("If", 1);
    }

    @ParameterizedTest
    @CsvSource({
        "21, 5, 3",
        "22, 4, 2",
        "25, 5, 2",
        "26, 8, 2",
        "23, 1, 1",
        "9, 3, 3",
        "10, 3, 6",
        "14, 2, 16",
        "15, 2, 32",
        "17, 3, 3"
    })
    void typesNarrowerThanAByteArePacked(int type, long elements, int bytes) {
        RawModel model = add().initializer(tensor("w", type, elements).bytes(9, new byte[bytes]));

        assertThat(read(model).initializerBytes()).isEqualTo(bytes);
    }

    @Test
    void takesValuesInTheFieldOfTheirType() {
        WireWriter ints = new WireWriter();
        ints.integer(1, 3).integer(2, 2).text(8, "w"); // uint8[3]
        ints.integer(5, 1).integer(5, 2).bytes(5, new byte[] {3}); // Two alone, one packed.

        assertThat(read(add().initializer(ints)).initializerBytes()).isEqualTo(3);
    }

    @Test
    void nodesMayStandInAnyOrder() {
        RawModel model = new RawModel()
                .node(node("Neg", List.of("t"), List.of("y")))
                .node(node("Abs", List.of("x"), List.of("t")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)));

        assertThat(read(model).nodes()).isEqualTo(2);
    }

    @Test
    void emptyNamesStandForWhatANodeLeavesOut() {
        RawModel model = new RawModel()
                .node(node("Clip", List.of("x", "", ""), List.of("y", "")))
                .node(node("Clip", List.of("x", ""), List.of("z", "")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)));

        assertThat(read(model).nodes()).isEqualTo(2);
    }

    @Test
    void innerGraphsSeeTheGraphsAroundThem() {
        WireWriter inner = new RawModel()
                .node(node("Add", List.of("x", "late"), List.of("i")))
                .output(value("i", tensorType(FLOAT, 1)))
                .graph();
        WireWriter middle = new RawModel()
                .node(node("If", List.of("x"), List.of("m"), graphAttribute("then_branch", inner)))
                .output(value("m", tensorType(FLOAT, 1)))
                .graph();
        RawModel model = new RawModel()
                .node(node("If", List.of("x"), List.of("y"), graphAttribute("then_branch", middle)))
                .node(node("Neg", List.of("x"), List.of("late")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)));

        assertThat(read(model).nodes()).isEqualTo(4);
    }

    @Test
    void functionsAreCountedAndNamed() {
        RawModel model = new RawModel()
                .node(node("own", "twice", List.of("x"), List.of("y")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)))
                .modelField(25, function("own", "twice", node("Add", List.of("a", "a"), List.of("b"))));

        assertThat(read(model).functions()).containsExactly("own:twice");
        assertThat(read(model).operators()).containsOnlyKeys("ai.onnx", "own");
    }

    @Test
    void graphsForTrainingAreReadButTheirNamesAreTheirOwn() {
        WireWriter algorithm = new RawModel()
                .node(node("Gradient", List.of("from", "elsewhere"), List.of("g")))
                .output(value("g", tensorType(FLOAT, 1)))
                .graph();

        assertThat(read(add().modelField(20, new WireWriter().message(2, algorithm)))
                        .nodes())
                .isEqualTo(2);
    }

    @Test
    void aSetOfOperatorsImportedTwiceCountsAsTheLast() {
        assertThat(read(add().modelField(8, operatorSet("ai.onnx", 13))).operatorSets())
                .containsExactly(Map.entry("ai.onnx", 13L));
    }

    @Test
    void textsOfNoMeaningMayBeBroken() {
        RawModel model = add().modelField(14, new WireWriter().text(1, "k").bytes(2, new byte[] {'a', (byte) 0xff}));

        assertThat(read(model).properties()).containsEntry("k", "a\ufffd");
    }

    @Test
    void unknownFieldsArePassedOver() {
        assertThat(read(add().modelField(99, new WireWriter().text(1, "future")))
                        .nodes())
                .isEqualTo(1);
    }

    @Test
    void sparseWeightsCountWithWhatTheyHold() {
        WireWriter sparse = new WireWriter()
                .message(1, tensor("w", FLOAT, 2).bytes(9, new byte[8]))
                .message(2, tensor("", INT64, 2).bytes(9, new byte[16]))
                .integer(3, 1000);

        OnnxModel read = read(new RawModel()
                .node(node("Add", List.of("x", "w"), List.of("y")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)))
                .graphField(15, sparse));

        assertThat(read.initializers()).isEqualTo(1);
        assertThat(read.initializerBytes()).isEqualTo(24);
    }

    @Test
    void anAttributeMayHoldNoTensorAtAll() {
        RawModel model = add().node(node(
                "LabelEncoder", List.of("y"), List.of("z"), tensorAttribute("default_tensor", new WireWriter())));

        assertThat(read(model).nodes()).isEqualTo(2);
    }

    @Test
    void theInspectorGivesTheSignatureForThePublisher() {
        OnnxInspector inspector = new OnnxInspector();

        assertThat(inspector.inspect(add().source()).map(Signature::toString))
                .contains("(x: float32[1]) -> (y: float32[1])");
        assertThat(inspector.inspect(ModelSource.of("m.pt", Map.of("m.pt", new byte[] {1}))))
                .isEmpty();
        RawModel uncarried = new RawModel()
                .node(node("Identity", List.of("x"), List.of("y")))
                .input(value("x", tensorType(22, 1)))
                .output(value("y", tensorType(FLOAT, 1)));
        Assertions.assertThatThrownBy(() -> inspector.inspect(uncarried.source()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'x' is of type tensor(int4)");
    }

    @Test
    void theInspectorIsFoundAsAService() {
        assertThat(java.util.ServiceLoader.load(dev.maas.ModelInspector.class))
                .hasAtLeastOneElementOfType(OnnxInspector.class);
    }

    @Test
    void keysOfExternalDataThatDoNotMatterArePassedOver() {
        WireWriter weight = RawModel.externalTensor(
                        "w",
                        FLOAT,
                        new long[] {1},
                        "location",
                        "w.bin",
                        "checksum",
                        "abc",
                        "offset",
                        "4",
                        "length",
                        "4")
                .message(16, entry("a", "b"));
        ModelSource source =
                ModelSource.of("m.onnx", Map.of("m.onnx", withWeight(weight).bytes(), "w.bin", new byte[8]));

        assertThat(gate.inspect(source).onnx().orElseThrow().externalTensors()).hasSize(1);
    }
}
