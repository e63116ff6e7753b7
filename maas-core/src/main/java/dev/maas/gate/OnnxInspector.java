package dev.maas.gate;

import dev.maas.ModelInspector;
import dev.maas.ModelSource;
import dev.maas.engine.VettedModel.ExternalTensor;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the signature of an ONNX model for whoever publishes it; found by {@link java.util.ServiceLoader}. Safe for use by any
 * thread.
 */
public final class OnnxInspector implements ModelInspector {
    /** As many bytes as a direct buffer can hold, less what JVMs keep for themselves. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 64L;

    /** The types of which ONNX Runtime's Java API makes tensors over memory. */
    private static final Set<ElementType> IN_MEMORY = Set.of(
            ElementType.FLOAT32,
            ElementType.FLOAT64,
            ElementType.FLOAT16,
            ElementType.BFLOAT16,
            ElementType.INT8,
            ElementType.INT16,
            ElementType.INT32,
            ElementType.INT64,
            ElementType.UINT8,
            ElementType.BOOL);

    private final ModelGate gate = new ModelGate();

    /** Makes an inspector with the gate's usual limits. */
    public OnnxInspector() {}

    /** {@inheritDoc} Also empty if the file leaves the type of an output to the engine. */
    @Override
    public Optional<Signature> inspect(ModelSource source) {
        Optional<OnnxModel> onnx = gate.inspect(source).onnx();
        onnx.ifPresent(OnnxModel::requireCarried);
        return onnx.flatMap(OnnxModel::signature);
    }

    /** {@inheritDoc} ONNX Runtime takes a model's file and each weight outside it in a buffer of Java's, of less than 2 GiB. */
    @Override
    public Optional<String> needsFiles(ModelSource source) {
        Inspection inspection = gate.inspect(source);
        return inspection.onnx().flatMap(onnx -> {
            if (inspection.entryBytes() > MOST_BYTES) {
                return Optional.of("its file has " + inspection.entryBytes()
                        + " bytes, and one of 2 GiB or more cannot be in memory as one piece. Put its weights into files of"
                        + " their own");
            }
            return onnx.externalTensors().stream()
                    .map(OnnxInspector::needsFile)
                    .flatMap(Optional::stream)
                    .findFirst();
        });
    }

    private static Optional<String> needsFile(ExternalTensor weight) {
        String name = "the weight " + Shown.name(weight.name()) + " in " + Shown.name(weight.file());
        if (weight.length() > MOST_BYTES) {
            return Optional.of(name + " has " + weight.length()
                    + " bytes, and one of 2 GiB or more cannot be in memory as one piece. Split it");
        }
        if (!weight.elementType().filter(IN_MEMORY::contains).isPresent()) {
            return Optional.of(name + " is of the type "
                    + weight.elementType().map(ElementType::toString).orElse("unknown")
                    + ", which ONNX Runtime's Java API does not take from memory. Put it into the model's own file");
        }
        return Optional.empty();
    }
}
