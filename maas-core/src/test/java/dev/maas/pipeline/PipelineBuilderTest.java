package dev.maas.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import dev.maas.ModelNotFoundException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.testing.TestModel;
import dev.maas.testing.TestService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused when a pipeline is built, and which shapes follow. */
class PipelineBuilderTest {
    private final TestService models = TestService.create();
    private final PipelineBuilder graph = Pipeline.builder("p", models.service());

    @AfterEach
    void close() {
        models.close();
    }

    private static TensorSpec spec(String name, String type, String shape) {
        return new TensorSpec(name, ElementType.parse(type), Shape.parse(shape));
    }

    private void publish(String name, List<TensorSpec> inputs, TensorSpec output) {
        models.publish(name, TestModel.of(Signature.of(inputs, List.of(output)), given -> Map.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    float32[batch, 4] | float32[n, 4]  | float32[n, 2]    | float32[batch, 2]
                    float32[6, 4]     | float32[n, 4]  | float32[n]       | float32[6]
                    float32[?, 4]     | float32[n, 4]  | float32[n]       | float32[?]
                    float32[a, b]     | float32[?, 4]  | float32[?, 4]    | float32[?, 4]
                    float32[a, b]     | float32[n, m]  | float32[m, n, k] | float32[b, a, m.k]
                    float32[4, 4]     | float32[n, n]  | float32[n]       | float32[4]
                    float32[a, 4]     | float32[n, n]  | float32[n]       | float32[4]
                    float32[a, 4]     | float32 unknown | float32[n]      | float32[m.n]
                    string[a]         | string[n]      | float32 unknown  | float32[unknown rank]
                    """)
    void whatGoesInSaysWhatShapeComesOut(String from, String input, String output, String result) {
        publish("m", List.of(parse("x", input)), parse("y", output));
        Port port = graph.input("in", parse("in", from).elementType(), shape(from));
        assertThat(graph.model("m", "m", port).output().spec().typeText()).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    float64[batch, 4] | float32[n, 4]
                    float32[batch, 4] | float32[n, 5]
                    float32[batch, 4] | float32[n]
                    float32[]         | float32[n]
                    float32[3, 4]     | float32[n, n]
                    """)
    void anEdgeThatCannotWorkIsRefusedWithBothSides(String from, String input) {
        publish("m", List.of(parse("x", input)), parse("y", "float32[n]"));
        Port port = graph.input("in", parse("in", from).elementType(), shape(from));
        assertThatThrownBy(() -> graph.model("stage", "m", port))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("Stage 'stage' of pipeline 'p'")
                .hasMessageContaining("x: " + input)
                .hasMessageContaining("in: " + from);
    }

    private static TensorSpec parse(String name, String text) {
        int end = text.startsWith("string") ? "string".length() : "float32".length();
        return spec(name, text.substring(0, end), shape(text));
    }

    private static String shape(String text) {
        return text.substring(text.startsWith("string") ? "string".length() : "float32".length())
                .trim();
    }

    @Test
    void aSymbolThatTwoInputsShareTakesOneSize() {
        publish("m", List.of(spec("x", "float32", "[n, 4]"), spec("mask", "bool", "[n]")), spec("y", "float32", "[n]"));
        Port rows = graph.input("rows", ElementType.FLOAT32, "[batch, 4]");
        Port five = graph.input("five", ElementType.BOOL, "[5]");
        assertThat(graph.model("a", "m", Map.of("x", rows, "mask", five))
                        .output()
                        .spec())
                .hasToString("y: float32[5]");

        Port six = graph.input("six", ElementType.FLOAT32, "[6, 4]");
        assertThatThrownBy(() -> graph.model("b", "m", Map.of("x", six, "mask", five)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("mask: bool[n]")
                .hasMessageContaining("n=6");
    }

    @Test
    void theInputsOfAModelAreNamedCompletelyAndCorrectly() {
        publish("m", List.of(spec("x", "float32", "[n]"), spec("z", "float32", "[n]")), spec("y", "float32", "[n]"));
        Port in = graph.input("in", ElementType.FLOAT32, "[n]");
        assertThatThrownBy(() -> graph.model("s", "m", in)).hasMessageContaining("with a map");
        assertThatThrownBy(() -> graph.model("s", "m", Map.of("x", in))).hasMessageContaining("'z: float32[n]'");
        assertThatThrownBy(() -> graph.model("s", "m", Map.of("x", in, "z", in, "w", in)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("w");
        assertThatThrownBy(() -> graph.model("s", "m", Map.of())).hasMessageContaining("nothing led into it");
        assertThatThrownBy(() -> graph.model("s", "none", in)).isInstanceOf(ModelNotFoundException.class);
        assertThat(graph.model("s", "m", Map.of("x", in, "z", in)).output("y").spec())
                .hasToString("y: float32[n]");
    }

    @Test
    void namesAreValidAndTakenOnce() {
        publish("m", List.of(spec("x", "float32", "[n]")), spec("y", "float32", "[n]"));
        Port in = graph.input("in", ElementType.FLOAT32, "[n]");
        Stage stage = graph.model("s", "m", in);
        assertThatThrownBy(() -> graph.input("in", ElementType.BOOL, "[]")).hasMessageContaining("'in' already");
        assertThatThrownBy(() -> graph.input("other", ElementType.BOOL, "[["))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> graph.model("s", "m", in)).hasMessageContaining("'s' already");
        assertThatThrownBy(() -> graph.model("S p", "m", in)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Pipeline.builder("../x", models.service())).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> stage.output("z"))
                .hasMessageContaining("no output 'z'")
                .hasMessageContaining("y: ");
        graph.output("out", stage.output());
        assertThatThrownBy(() -> graph.output("out", in)).hasMessageContaining("'out' already");
    }

    @Test
    void everythingLeadsToAnOutput() {
        publish("m", List.of(spec("x", "float32", "[n]")), spec("y", "float32", "[n]"));
        Port in = graph.input("in", ElementType.FLOAT32, "[n]");
        assertThatThrownBy(graph::build).hasMessageContaining("has no output");
        Port used = graph.model("used", "m", in).output();
        graph.output("out", used);
        graph.build();
        graph.model("left", "m", used);
        assertThatThrownBy(graph::build)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'left'");

        PipelineBuilder other = Pipeline.builder("q", models.service());
        other.output("y", other.input("a", ElementType.BOOL, "[]"));
        other.input("b", ElementType.BOOL, "[]");
        assertThatThrownBy(other::build).hasMessageContaining("'b: bool[]'").hasMessageContaining("leads nowhere");
        assertThatThrownBy(() -> other.output("z", in)).hasMessageContaining("belongs to another pipeline");
        assertThatThrownBy(() -> other.model("s", "m", in)).hasMessageContaining("belongs to another pipeline");
    }

    @Test
    void onlyTensorsAreLedFromStageToStage() {
        TensorSpec x = spec("x", "float32", "[n]");
        models.publish(
                "m",
                TestModel.of(Signature.of(List.of(x), List.of(new SequenceSpec("list", x), x)), given -> Map.of()));
        Stage stage = graph.model("s", "m", graph.input("in", ElementType.FLOAT32, "[n]"));
        assertThatThrownBy(() -> stage.output("list")).hasMessageContaining("no tensor");
        assertThatThrownBy(stage::output).hasMessageContaining("say which");
        assertThat(stage.output("x").spec()).hasToString("x: float32[n]");
    }

    @Test
    void anEnsembleHasMembersOfOneTypeAndShape() {
        Port floats = graph.input("floats", ElementType.FLOAT32, "[n, 2]");
        Port wide = graph.input("wide", ElementType.FLOAT32, "[n, 3]");
        Port doubles = graph.input("doubles", ElementType.FLOAT64, "[n, 2]");
        Port labels = graph.input("labels", ElementType.INT64, "[n]");
        Port halves = graph.input("halves", ElementType.FLOAT16, "[n]");
        Port free = graph.input("free", ElementType.FLOAT32, "[?, ?]");
        assertThatThrownBy(() -> graph.mean("e", floats)).hasMessageContaining("two members");
        assertThatThrownBy(() -> graph.mean("e", floats, wide)).hasMessageContaining("wide: float32[n, 3]");
        assertThatThrownBy(() -> graph.mean("e", floats, doubles)).hasMessageContaining("one type");
        assertThatThrownBy(() -> graph.mean("e", labels, labels)).hasMessageContaining("vote");
        assertThatThrownBy(() -> graph.mean("e", halves, halves)).hasMessageContaining("float32");
        assertThatThrownBy(() -> graph.vote("e", floats, floats)).hasMessageContaining("averaged");
        assertThat(graph.mean("e", free, floats).spec()).hasToString("value: float32[?, 2]");
    }

    @Test
    void aFunctionDeclaresWhatItGives() {
        Port in = graph.input("in", ElementType.FLOAT32, "[n]");
        TensorSpec out = spec("out", "int64", "[n]");
        assertThatThrownBy(() -> graph.function("f", Map.of("a", in), List.of(), given -> given))
                .hasMessageContaining("one tensor or more");
        assertThatThrownBy(() -> graph.function("f", Map.of("a", in), List.of(out, out), given -> given))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'out'");
        assertThatThrownBy(() -> graph.function("f", in, ElementType.BOOL, "n", tensor -> tensor))
                .isInstanceOf(InvalidInputException.class);
        assertThat(graph.function("f", Map.of("a", in), List.of(out), given -> given)
                        .signature())
                .hasToString("(a: float32[n]) -> (out: int64[n])");
    }
}
