package dev.maas.pipeline;

import dev.maas.InvalidInputException;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;

/**
 * A model or a Java function in a pipeline that is being built.
 *
 * <p>Immutable and safe for use by any thread. It belongs to the builder that gave it.
 */
public final class Stage {
    private final PipelineBuilder owner;
    private final int index;
    private final String name;
    private final Signature signature;

    Stage(PipelineBuilder owner, int index, String name, Signature signature) {
        this.owner = owner;
        this.index = index;
        this.name = name;
        this.signature = signature;
    }

    /** Returns what the stage takes and gives; the outputs with the shapes that follow from what is led into it. */
    public Signature signature() {
        return signature;
    }

    /**
     * Returns the output of that name.
     *
     * @throws InvalidInputException if there is none, or it is a sequence or a map: only tensors are led from stage to stage
     */
    public Port output(String output) {
        ValueSpec spec = signature
                .output(output)
                .orElseThrow(() -> new InvalidInputException(
                        "Stage '" + name + "' has no output '" + output + "'; it gives " + signature.outputs()));
        if (!(spec instanceof TensorSpec tensor)) {
            throw new InvalidInputException("Output '" + spec + "' of stage '" + name
                    + "' is no tensor, and only tensors are led from stage to stage; export the model without it");
        }
        return new Port(owner, index, name, tensor);
    }

    /**
     * Returns the only output.
     *
     * @throws InvalidInputException if there are several, or it is a sequence or a map
     */
    public Port output() {
        if (signature.outputs().size() != 1) {
            throw new InvalidInputException(
                    "Stage '" + name + "' gives " + signature.outputs() + "; say which with output(name)");
        }
        return output(signature.outputs().get(0).name());
    }

    @Override
    public String toString() {
        return name + signature;
    }
}
