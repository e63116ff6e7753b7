package dev.maas.engine.onnx;

import dev.maas.ModelLoadException;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes outputs that may be absent readable.
 *
 * <p>The runtime's Java API crashes the JVM when a run leaves such an output absent. So it is never asked for: the model gets two
 * outputs more for each, one that says whether it is there, and one with its value, or with something empty of the same type. The
 * end of a protobuf message may repeat a field, and a parser merges the two (protobuf.dev, "Last One Wins"), so that the additional
 * operators are a few bytes after the file's own.
 */
final class OptionalOutputs {
    private static final String PRESENCE = "maas.presence.of.";
    private static final String VALUE = "maas.value.of.";

    private static final int NODE = 1;
    private static final int OUTPUT = 12;

    private OptionalOutputs() {}

    static String presence(String output) {
        return PRESENCE + output;
    }

    static String value(String output) {
        return VALUE + output;
    }

    /** Whether an output was added here. */
    static boolean isAdded(String output, Set<String> optionalOutputs) {
        return optionalOutputs.stream()
                .anyMatch(optional -> output.equals(presence(optional)) || output.equals(value(optional)));
    }

    /** The bytes to append to the model's file. */
    static byte[] suffix(VettedModel model) {
        OnnxProto graph = new OnnxProto();
        // Sorted, so that one model always gives the same bytes.
        for (String output : new TreeSet<>(model.optionalOutputs())) {
            ValueSpec spec = model.signature()
                    .flatMap(signature -> signature.output(output))
                    .orElseThrow(() -> new ModelLoadException("The model '"
                            + model.source().entry() + "' has an optional output '" + output + "' of unknown type"));
            add(graph, output, spec);
        }
        return new OnnxProto().message(7, graph).toBytes();
    }

    private static void add(OnnxProto graph, String output, ValueSpec spec) {
        OnnxProto whenPresent = branch(
                OnnxProto.node("", "OptionalGetElement", List.of(output), List.of(value(output) + ".present")), spec);
        OnnxProto whenAbsent = branch(empty(value(output) + ".absent", spec), spec);
        whenPresent.message(OUTPUT, declaration(value(output) + ".present", spec));
        whenAbsent.message(OUTPUT, declaration(value(output) + ".absent", spec));
        graph.message(NODE, OnnxProto.node("", "OptionalHasElement", List.of(output), List.of(presence(output))))
                .message(
                        NODE,
                        OnnxProto.node(
                                "",
                                "If",
                                List.of(presence(output)),
                                List.of(value(output)),
                                OnnxProto.graph("then_branch", whenPresent),
                                OnnxProto.graph("else_branch", whenAbsent)))
                .message(OUTPUT, OnnxProto.value(presence(output), OnnxProto.BOOL))
                .message(OUTPUT, declaration(value(output), spec));
    }

    private static OnnxProto branch(OnnxProto node, ValueSpec spec) {
        return new OnnxProto().message(NODE, node).text(2, "branch of " + spec.name());
    }

    private static OnnxProto empty(String name, ValueSpec spec) {
        if (spec instanceof SequenceSpec sequence && sequence.element() instanceof TensorSpec tensor) {
            return OnnxProto.node(
                    "",
                    "SequenceEmpty",
                    List.of(),
                    List.of(name),
                    OnnxProto.integer("dtype", OnnxTypes.code(tensor.elementType())));
        }
        OnnxProto nothing = new OnnxProto().number(1, 0).number(2, code(spec));
        return OnnxProto.node("", "Constant", List.of(), List.of(name), OnnxProto.tensor("value", nothing));
    }

    private static OnnxProto declaration(String name, ValueSpec spec) {
        return spec instanceof SequenceSpec
                ? OnnxProto.sequenceValue(name, code(spec))
                : OnnxProto.value(name, code(spec));
    }

    private static int code(ValueSpec spec) {
        ValueSpec element = spec instanceof SequenceSpec sequence ? sequence.element() : spec;
        if (element instanceof TensorSpec tensor) {
            return OnnxTypes.code(tensor.elementType());
        }
        throw new ModelLoadException(
                "Output '" + spec.name() + "' is optional(" + spec.typeText() + "), which the engine cannot read");
    }
}
