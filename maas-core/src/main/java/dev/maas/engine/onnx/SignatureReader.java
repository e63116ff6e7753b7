package dev.maas.engine.onnx;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import dev.maas.ModelLoadException;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a session takes and gives, once, and refuses what cannot be carried between Java and the runtime.
 *
 * <p>The runtime knows more than the file (it infers shapes) and says less: it gives no information at all on any output where one
 * of them is optional, and an unknown rank looks like a scalar's. What the file declares fills the gaps.
 */
final class SignatureReader {
    private final OrtSession session;
    private final Optional<Signature> declared;
    private final Set<String> optionalOutputs;
    private final String model;

    SignatureReader(OrtSession session, VettedModel model) {
        this.session = session;
        this.declared = model.signature();
        this.optionalOutputs = model.optionalOutputs();
        this.model = model.source().entry();
    }

    Signature read(List<String> outputNames) {
        List<TensorSpec> inputs = new ArrayList<>();
        Map<String, NodeInfo> infos = inputInfo();
        for (String name : session.getInputNames()) {
            NodeInfo info = infos.get(name);
            if (info == null) {
                throw refused("input", name, "a type that ONNX Runtime does not describe");
            }
            inputs.add(input(name, info.getInfo()));
        }
        return Signature.of(inputs, outputs(outputNames));
    }

    private Map<String, NodeInfo> inputInfo() {
        try {
            return session.getInputInfo();
        } catch (OrtException e) {
            throw new ModelLoadException(
                    "The model '" + model + "' has an input that is optional, among " + session.getInputNames()
                            + "; ONNX Runtime's Java API cannot make one. Export the model with a plain tensor instead",
                    e);
        }
    }

    private TensorSpec input(String name, ValueInfo info) {
        requireDeclared("input", name, declared.flatMap(signature -> signature.input(name)));
        if (!(info instanceof TensorInfo tensor)) {
            throw refused("input", name, info instanceof MapInfo ? "a map" : "a sequence");
        }
        ElementType type = OnnxTypes.elementType(tensor.onnxType)
                .filter(OnnxTypes::canBeInput)
                .orElseThrow(() -> refused("input", name, OnnxTypes.label(tensor.onnxType)));
        Optional<Shape> shape =
                declared.flatMap(signature -> signature.input(name)).map(TensorSpec::shape);
        return new TensorSpec(name, type, shape(tensor, shape));
    }

    private List<ValueSpec> outputs(List<String> names) {
        Map<String, NodeInfo> infos;
        try {
            infos = session.getOutputInfo();
        } catch (OrtException e) {
            if (optionalOutputs.isEmpty()) {
                throw new ModelLoadException(
                        "The model '" + model + "' has an output, among " + names
                                + ", of a type that ONNX Runtime's Java API cannot read, such as a sparse tensor",
                        e);
            }
            return names.stream().map(name -> this.declaredOutput(name, e)).toList();
        }
        List<ValueSpec> outputs = new ArrayList<>();
        for (String name : names) {
            Optional<ValueSpec> inFile = declared.flatMap(signature -> signature.output(name));
            requireDeclared("output", name, inFile);
            NodeInfo info = infos.get(name);
            outputs.add(output(name, info == null ? null : info.getInfo(), inFile));
        }
        return outputs;
    }

    private ValueSpec declaredOutput(String name, OrtException cause) {
        return declared.flatMap(signature -> signature.output(name))
                .map(this::requireReadable)
                .orElseThrow(() -> new ModelLoadException(
                        "The type of output '" + name + "' of the model '" + model
                                + "' is not known: ONNX Runtime gives none "
                                + "where an output is optional, and the file declares none",
                        cause));
    }

    private ValueSpec output(String name, @Nullable ValueInfo info, Optional<ValueSpec> inFile) {
        if (info instanceof TensorInfo tensor) {
            ElementType type = OnnxTypes.elementType(tensor.onnxType)
                    .orElseThrow(() -> refused("output", name, OnnxTypes.label(tensor.onnxType)));
            Optional<Shape> shape = inFile.map(
                    spec -> spec instanceof TensorSpec declaredTensor ? declaredTensor.shape() : Shape.unknown());
            return new TensorSpec(name, type, shape(tensor, shape));
        }
        if (info instanceof SequenceInfo sequence) {
            return new SequenceSpec(name, element(name, sequence, inFile));
        }
        if (info instanceof MapInfo map) {
            return map(name, name, map);
        }
        throw refused("output", name, "a type that ONNX Runtime does not describe");
    }

    private ValueSpec element(String name, SequenceInfo sequence, Optional<ValueSpec> inFile) {
        if (sequence.isSequenceOfMaps()) {
            return map(name, "", sequence.mapInfo);
        }
        ElementType type = OnnxTypes.elementType(sequence.sequenceType)
                .orElseThrow(() -> refused("output", name, "a sequence of " + sequence.sequenceType));
        Shape shape = inFile.isPresent()
                        && inFile.get() instanceof SequenceSpec declaredSequence
                        && declaredSequence.element() instanceof TensorSpec tensor
                ? tensor.shape()
                : Shape.unknown();
        return new TensorSpec("", type, shape);
    }

    private MapSpec map(String output, String name, MapInfo map) {
        ElementType key = OnnxTypes.elementType(map.keyType)
                .filter(type -> type == ElementType.INT64 || type == ElementType.STRING)
                .orElseThrow(() -> refused("output", output, "a map with keys of " + map.keyType));
        ElementType value = OnnxTypes.elementType(map.valueType)
                .orElseThrow(() -> refused("output", output, "a map to " + map.valueType));
        return new MapSpec(name, key, value);
    }

    /** Checks what only the file could tell. */
    private ValueSpec requireReadable(ValueSpec output) {
        if (output instanceof SequenceSpec sequence && sequence.element() instanceof TensorSpec tensor) {
            boolean readable = switch (tensor.elementType()) {
                case FLOAT32, FLOAT64, INT64, STRING -> true;
                default -> false;
            };
            if (!readable) {
                throw refused("output", output.name(), "a sequence of " + tensor.elementType());
            }
        }
        return output;
    }

    /** The runtime says nothing of an unknown rank: it looks like a scalar's. */
    private static Shape shape(TensorInfo info, Optional<Shape> declared) {
        long[] sizes = info.getShape();
        if (sizes.length == 0) {
            boolean scalar = declared.isPresent()
                    && declared.get().isRankKnown()
                    && declared.get().rank() == 0;
            return scalar ? Shape.of() : Shape.unknown();
        }
        String[] symbols = info.getDimensionNames();
        List<Dimension> dimensions = new ArrayList<>();
        for (int axis = 0; axis < sizes.length; axis++) {
            dimensions.add(
                    sizes[axis] >= 0 ? Dimension.fixed(sizes[axis]) : new Dimension(Dimension.FREE, symbols[axis]));
        }
        return Shape.of(dimensions);
    }

    /**
     * Refuses a name that the file does not have: ONNX Runtime's Java API damages names with characters beyond the basic plane,
     * and then does not find them again.
     */
    private void requireDeclared(String kind, String name, Optional<? extends ValueSpec> inFile) {
        if (declared.isPresent() && inFile.isEmpty()) {
            throw new ModelLoadException("ONNX Runtime calls an " + kind + " of the model '" + model + "' '" + name
                    + "', which the file does not declare (" + declared.get()
                    + "). Rename it without emoji and the like");
        }
    }

    private ModelLoadException refused(String kind, String name, String type) {
        return new ModelLoadException("The " + kind + " '" + name + "' of the model '" + model + "' is " + type
                + ", which ONNX Runtime's Java API cannot " + (kind.equals("input") ? "make" : "read")
                + ". Export the model with a cast to a type that it can");
    }
}
