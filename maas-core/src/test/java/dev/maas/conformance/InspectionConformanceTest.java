package dev.maas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.maas.ModelLoadException;
import dev.maas.conformance.Corpus.Case;
import dev.maas.gate.ModelGate;
import dev.maas.gate.OnnxModel;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the gate alone makes of the corpus, without any native code. */
class InspectionConformanceTest {
    /** Cases whose model is unsound by itself, so that the gate refuses what the manifest expects to fail when loaded. */
    private static final Set<String> UNSOUND = Set.of("vespa/foobar_missing_output");

    /**
     * Bad models that only an engine can tell: wrong operators, types or versions of them, which the gate does not know, and bits
     * that flipped inside values.
     */
    private static final Set<String> LEFT_TO_THE_ENGINE = Set.of(
            "found_gather_float_indices",
            "found_lowercase_op_name",
            "found_int8_add_old_opset",
            "found_cast_bfloat16_old_opset",
            "found_opset4_mnist",
            "found_training_ops",
            "found_optimizer_ops",
            "found_custom_domain",
            "found_complex64",
            "found_future_opset_gp",
            "found_zipmap_scalar",
            "found_opset28",
            "derived_ir_version_99",
            "derived_opset_999",
            "derived_unknown_op",
            "derived_unknown_domain",
            "derived_too_many_inputs",
            "derived_no_inputs",
            "derived_output_type_lies",
            "derived_const_alloc_1e15",
            "derived_const_negative_shape");

    private final ModelGate gate = new ModelGate();

    @TestFactory
    Stream<DynamicTest> soundModelsPassWithTheirInputsAndOutputs() {
        return Corpus.orSkip().cases().stream()
                .filter(each -> !UNSOUND.contains(each.name()))
                .map(each -> dynamicTest(each.name(), () -> inspectAndCompare(each)));
    }

    private void inspectAndCompare(Case each) {
        each.skipUnlessNameable();
        OnnxModel model = gate.inspect(each.source()).onnx().orElseThrow();

        assertThat(describe(model.inputs())).isEqualTo(declared(each.column("inputs")));
        assertThat(describe(model.outputs())).isEqualTo(declared(each.column("outputs")));
        assertThat(operatorSets(model)).isEqualTo(set(each.column("opsets")));
        assertThat(operators(model)).isEqualTo(set(each.column("ops")));
        assertThat(model.uncarried().isEmpty()).isEqualTo(carried(each));
    }

    /** The types that maas carries are those of its signatures; engines may carry fewer. */
    private static boolean carried(Case each) {
        return Stream.of(each.column("inputs"), each.column("outputs"))
                        .noneMatch(column -> column.matches(".*:(float8|float4|u?int[24]|complex).*"))
                && !each.column("inputs").matches(".*:(seq|map|optional)\\(.*");
    }

    private static Set<String> set(String column) {
        return Stream.of(column.split(", "))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> operatorSets(OnnxModel model) {
        Set<String> sets = new TreeSet<>();
        model.operatorSets().forEach((domain, version) -> sets.add(domain + "=" + version));
        return sets;
    }

    private static Set<String> operators(OnnxModel model) {
        Set<String> names = new TreeSet<>();
        model.operators()
                .forEach((domain, operators) -> operators
                        .keySet()
                        .forEach(name -> names.add(domain.equals("ai.onnx") ? name : domain + ":" + name)));
        return names;
    }

    /**
     * The manifest writes {@code name:float[2,?]} and marks defaults with {@code =init}. Where it says more than a signature does,
     * that is left out: the shapes of what a map holds, and of types that maas does not carry. A size of -1 is a free one.
     */
    private static List<String> declared(String column) {
        return Stream.of(column.split("; "))
                .filter(part -> !part.isEmpty())
                .map(part -> part.replaceAll("(?<=[\\[,])-1(?=[],])", "?")
                        .replaceAll(":(float8\\w+|float4\\w+|u?int[24]|complex\\d+)\\[.*?]", ":tensor($1)")
                        .replaceAll("(map\\(\\w+,\\w+)\\[.*?]", "$1"))
                .toList();
    }

    private static List<String> describe(List<OnnxModel.Value> values) {
        return values.stream()
                .map(value -> value.name() + ":" + describe(value) + (value.initialized() ? "=init" : ""))
                .toList();
    }

    private static String describe(OnnxModel.Value value) {
        if (value.type().isEmpty()) {
            return "?";
        }
        String type = value.spec().map(InspectionConformanceTest::describe).orElse(value.type());
        return value.type().startsWith("optional(") ? "optional(" + type + ")" : type;
    }

    private static String describe(ValueSpec spec) {
        if (spec instanceof SequenceSpec sequence) {
            return "seq(" + describe(sequence.element()) + ")";
        }
        if (spec instanceof MapSpec map) {
            return "map(" + map.keyType() + "," + name(map.valueType()) + ")";
        }
        TensorSpec tensor = (TensorSpec) spec;
        return name(tensor.elementType()) + describe(tensor.shape());
    }

    private static String name(ElementType type) {
        return switch (type) {
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            default -> type.toString();
        };
    }

    private static String describe(Shape shape) {
        return shape.isRankKnown()
                ? shape.dimensions().stream().map(Dimension::toString).collect(Collectors.joining(",", "[", "]"))
                : "[*]";
    }

    @TestFactory
    Stream<DynamicTest> badModelsAreRefusedWhereTheFileAloneTells() {
        return Corpus.orSkip().bad().stream()
                .filter(each ->
                        !each.expected().startsWith("loads") || each.name().equals("derived_deep_if_30"))
                .filter(each -> !LEFT_TO_THE_ENGINE.contains(each.name()))
                .map(each -> dynamicTest(
                        each.name(),
                        () -> assertThatThrownBy(() -> gate.inspect(each.folderSource()))
                                .isInstanceOf(ModelLoadException.class)
                                .message()
                                .doesNotContain(each.folder().toString())
                                .matches("[\\P{Cntrl}]*")));
    }

    @TestFactory
    Stream<DynamicTest> theGateSaysNothingAgainstWhatItCannotKnow() {
        return Corpus.orSkip().bad().stream()
                .filter(each -> LEFT_TO_THE_ENGINE.contains(each.name()))
                .map(each -> dynamicTest(
                        each.name(),
                        () -> assertThat(gate.inspect(each.folderSource()).onnx())
                                .isPresent()));
    }

    @Test
    void mostBadModelsNeverReachAnEngine() {
        long refused = Corpus.orSkip().bad().stream().filter(this::isRefused).count();

        assertThat(refused).isGreaterThanOrEqualTo(75);
    }

    private boolean isRefused(Case each) {
        try {
            gate.inspect(each.folderSource());
            return false;
        } catch (ModelLoadException e) {
            return true;
        }
    }
}
