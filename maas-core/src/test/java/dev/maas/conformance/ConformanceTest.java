package dev.maas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.maas.MaasException;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.conformance.Corpus.Case;
import dev.maas.gate.GoldenData;
import dev.maas.gate.ModelGate;
import dev.maas.gate.OnnxModel;
import dev.maas.tensor.Outputs;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Runs every case of the corpus and compares with what its manifest expects of a correct library on the plain runtime. The
 * verdicts there were recorded with onnxruntime 1.29.0; where the pinned version differs, the case is named here with the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
    private static final ModelGate GATE = new ModelGate();

    /** Where maas does otherwise than the manifest expects, by case: what is expected instead, and why. */
    private static final Map<String, String> EXPECTED_INSTEAD = Map.of(
            // The runtime's Java API cannot read an empty sequence; the engine can.
            "kinference/sequence_empty__test_sequence_empty", "values",
            // The runtime rounds otherwise than the reference, and so would only have its type checked; maas carries no
            // float8.
            "onnx-node/test_cast_FLOAT_to_FLOAT8E5M2", "unsupported-output");

    private final Subject subject = new ThroughModelLoader();

    @AfterAll
    void close() {
        subject.close();
    }

    @TestFactory
    Stream<DynamicTest> everyCaseFromItsFolder() {
        return Corpus.orSkip().cases().stream()
                .map(each -> dynamicTest(each.name(), () -> {
                    each.skipUnlessNameable();
                    check(each, each.folderSource());
                }));
    }

    private void check(Case each, ModelSource source) {
        switch (EXPECTED_INSTEAD.getOrDefault(each.name(), each.expected())) {
            case "values" -> runAndCompare(each, source, true);
            case "differs", "nondeterministic" -> runAndCompare(each, source, false);
            case "values-if-locale:en_US.UTF-8" -> runIfLocale(each, source);
            case "load-only" -> subject.load(source).close();
            case "load-error" -> refused(source);
            case "unsupported-input", "unsupported-output", "values-raw-bytes" -> unsupported(source);
            case "run-error" -> failsToRun(source);
            default -> throw new AssertionError("The manifest expects something new: " + each.expected());
        }
    }

    private void runAndCompare(Case each, ModelSource source, boolean values) {
        OnnxModel model = GATE.inspect(source).onnx().orElseThrow();
        assertThat(GoldenData.numbers(source)).isNotEmpty();
        try (Subject.Loaded loaded = subject.load(source)) {
            for (int number : GoldenData.numbers(source)) {
                compare(each, GoldenData.read(source, model, number), loaded, values);
            }
        }
    }

    private static void compare(Case each, GoldenData golden, Subject.Loaded loaded, boolean values) {
        Outputs outputs = loaded.run(golden.inputs());
        assertThat(golden.outputs()).isNotEmpty();
        Closeness closeness = new Closeness(each.tolerance("rtol"), each.tolerance("atol"), values);
        golden.outputs().forEach((name, want) -> closeness.require(name, want, outputs.get(name)));
    }

    /** Where the machine lacks the locale, the runtime refuses to load; then the test is skipped, once it said why. */
    private void runIfLocale(Case each, ModelSource source) {
        try {
            runAndCompare(each, source, true);
        } catch (ModelLoadException e) {
            assertThat(e.getMessage()).contains("locale");
            assumeTrue(false, "Skipped: this machine lacks the locale en_US.UTF-8, which the model asks for");
        }
    }

    private void refused(ModelSource source) {
        assertThatThrownBy(() -> subject.load(source).close())
                .isInstanceOf(ModelLoadException.class)
                .message()
                .isNotBlank();
    }

    /** The message names an input or output that cannot be carried, and its type. */
    private void unsupported(ModelSource source) {
        OnnxModel model = GATE.inspect(source).onnx().orElseThrow();
        assertThatThrownBy(() -> subject.load(source).close())
                .isInstanceOf(ModelLoadException.class)
                .message()
                .satisfies(message -> assertThat(
                                model.inputs().size() + model.outputs().size())
                        .as("inputs and outputs named with their type in: %s", message)
                        .isPositive()
                        .matches(count -> names(message, model.inputs()) || names(message, model.outputs())));
    }

    private static boolean names(String message, List<OnnxModel.Value> values) {
        return values.stream()
                .anyMatch(value -> message.contains("'" + value.name() + "'")
                        && (message.contains(value.type()) || message.contains(elementType(value))));
    }

    /** Of {@code tensor(uint16)} what the engine calls it. */
    private static String elementType(OnnxModel.Value value) {
        return value.type().replaceFirst("^tensor\\((\\w+)\\)$", "$1");
    }

    private void failsToRun(ModelSource source) {
        OnnxModel model = GATE.inspect(source).onnx().orElseThrow();
        try (Subject.Loaded loaded = subject.load(source)) {
            for (int number : GoldenData.numbers(source)) {
                GoldenData golden = GoldenData.read(source, model, number);
                assertThatThrownBy(() -> loaded.run(golden.inputs())).isInstanceOf(MaasException.class);
            }
        }
    }
}
