package dev.maas.engine.djl;

import dev.maas.ModelLoadException;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.EnumSet;
import java.util.Set;

/** What DJL cannot carry, refused when a model is loaded, so that nothing is answered wrongly. */
final class DjlLimits {
    /** DJL's ONNX Runtime engine has no tensors of these types, or takes them for others of the same width. */
    private static final Set<ElementType> NOT_IN_ONNX =
            EnumSet.of(ElementType.INT16, ElementType.UINT16, ElementType.UINT32, ElementType.UINT64);

    private DjlLimits() {}

    /**
     * Returns the signature of a model that DJL can carry.
     *
     * @throws ModelLoadException if it cannot; the message names the tensor
     */
    static Signature requireCarried(VettedModel model, String engine) {
        String name = model.source().entry();
        Signature signature = model.signature()
                .orElseThrow(() -> new ModelLoadException("DJL does not tell what the model '" + name
                        + "' takes and gives. Publish it with its signature"));
        if (signature.inputs().isEmpty()) {
            throw new ModelLoadException("DJL cannot run the model '" + name + "', which has no inputs");
        }
        for (ValueSpec output : signature.outputs()) {
            if (!(output instanceof TensorSpec)) {
                throw refused("output", output, name, "gives sequences and maps neither whole nor without a leak");
            }
            if (model.optionalOutputs().contains(output.name())) {
                throw refused("output", output, name, "crashes the JVM where an optional output is absent");
            }
        }
        if (engine.equals(DjlRuntimes.ONNX_RUNTIME)) {
            requireCarriedByOnnxRuntime(signature, name);
        }
        return signature;
    }

    private static void requireCarriedByOnnxRuntime(Signature signature, String model) {
        for (TensorSpec input : signature.inputs()) {
            if (NOT_IN_ONNX.contains(input.elementType())) {
                throw refused("input", input, model, "cannot make tensors of " + input.elementType());
            }
        }
        for (ValueSpec output : signature.outputs()) {
            TensorSpec tensor = (TensorSpec) output;
            if (NOT_IN_ONNX.contains(tensor.elementType())) {
                throw refused("output", tensor, model, "cannot read tensors of " + tensor.elementType());
            }
            if (tensor.elementType() == ElementType.STRING
                    && tensor.shape().isRankKnown()
                    && tensor.shape().rank() > 1) {
                throw refused("output", tensor, model, "mixes up strings in more than one dimension");
            }
        }
    }

    private static ModelLoadException refused(String kind, ValueSpec spec, String model, String reason) {
        return new ModelLoadException("The " + kind + " " + spec + " of the model '" + model
                + "' is beyond the engine 'djl': DJL " + reason + ". Use the engine 'onnxruntime'");
    }
}
