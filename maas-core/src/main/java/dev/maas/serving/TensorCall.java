package dev.maas.serving;

import dev.maas.tensor.OutputMemory;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One call of a model on tensors by name, which says where the outputs go.
 *
 * <p>Public for the sibling packages that compose models. Immutable.
 *
 * @param inputs a tensor for each of the model's inputs
 * @param memory where the outputs go; a model that keeps results gives them on the heap all the same
 */
public record TensorCall(Map<String, Tensor> inputs, OutputMemory memory) {
    /** Checks that no part is missing, and copies the map. */
    public TensorCall {
        inputs = Map.copyOf(inputs);
        Objects.requireNonNull(memory, "memory");
    }

    /**
     * Returns the tensors in the order of a signature.
     *
     * @throws dev.maas.InvalidInputException if one is missing, unknown, or of another type or shape than declared, or dimensions of one
     *     symbol have several sizes
     */
    public static List<Tensor> inOrder(Signature signature, Map<String, Tensor> inputs) {
        return TensorRun.inOrder(signature, inputs);
    }
}
