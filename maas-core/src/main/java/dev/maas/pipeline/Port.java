package dev.maas.pipeline;

import dev.maas.tensor.TensorSpec;

/**
 * Where a tensor comes out of a stage of a pipeline, to be led into other stages or out of the pipeline, as often as wanted.
 *
 * <p>Immutable and safe for use by any thread. It belongs to the builder that gave it.
 */
public final class Port {
    private final PipelineBuilder owner;
    private final int stage;
    private final String stageName;
    private final TensorSpec spec;

    Port(PipelineBuilder owner, int stage, String stageName, TensorSpec spec) {
        this.owner = owner;
        this.stage = stage;
        this.stageName = stageName;
        this.spec = spec;
    }

    /** Returns the tensor's name in its stage, its type, and its shape as far as the graph tells it. */
    public TensorSpec spec() {
        return spec;
    }

    PipelineBuilder owner() {
        return owner;
    }

    int stage() {
        return stage;
    }

    /** Returns the port with its type, such as {@code embed.vector: float32[batch, 4]}. */
    @Override
    public String toString() {
        return (stageName.isEmpty() ? "" : stageName + ".") + spec;
    }
}
