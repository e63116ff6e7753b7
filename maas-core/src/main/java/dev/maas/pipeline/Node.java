package dev.maas.pipeline;

import dev.maas.Predictor;
import dev.maas.serving.TensorCall;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a finished graph. Immutable.
 *
 * @param index its place, after all from which something is led into it
 * @param inputs what is led into each of its inputs
 * @param signature what it takes and gives
 * @param work what it does
 * @param nativeOutputs the outputs that a model takes in, and that therefore stay out of the heap
 */
record Node(
        int index, String name, Map<String, Port> inputs, Signature signature, Work work, Set<String> nativeOutputs) {
    /** What a stage does. */
    sealed interface Work permits ModelWork, JavaWork {}

    /** Calls a model. */
    record ModelWork(String ref, Predictor<TensorCall, Outputs> predictor) implements Work {}

    /**
     * Applies a function.
     *
     * @param readsInPlace whether it keeps none of its inputs, so that they need not be copied to the heap
     */
    record JavaWork(Function<Map<String, Tensor>, ? extends Map<String, Tensor>> function, boolean readsInPlace)
            implements Work {}

    /** The model's work, or null for a function's. */
    @Nullable
    ModelWork model() {
        return work instanceof ModelWork model ? model : null;
    }
}
