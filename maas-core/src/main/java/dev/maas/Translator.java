package dev.maas;

import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import java.util.Map;

/**
 * Hand-written conversion between an application's types and a model's tensors, for what typed binding cannot express.
 *
 * <p>One translator serves all threads at once. An exception from either method reaches the caller as it is.
 *
 * @param <I> the type of the input
 * @param <O> the type of the prediction
 */
public interface Translator<I, O> {
    /** Returns a tensor for each of the model's inputs, by name. */
    Map<String, Tensor> toTensors(I input);

    /** Returns the prediction that these outputs stand for. */
    O fromOutputs(Outputs outputs);
}
