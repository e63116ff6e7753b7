package dev.maas.gate;

import dev.maas.ModelInspector;
import dev.maas.ModelSource;
import dev.maas.tensor.Signature;
import java.util.Optional;

/**
 * Reads the signature of an ONNX model for whoever publishes it; found by {@link java.util.ServiceLoader}. Safe for use by any
 * thread.
 */
public final class OnnxInspector implements ModelInspector {
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
}
