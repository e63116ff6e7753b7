package dev.maas.tensor;

/**
 * The declaration of one named input or output of a model.
 *
 * <p>Inputs are always tensors; an output may also be a sequence or a map, as scikit-learn's classifiers
 * give their probabilities. Implementations are immutable and safe for use by any thread.
 */
public sealed interface ValueSpec permits TensorSpec, SequenceSpec, MapSpec {
    /** Returns the name that the model gives the value. */
    String name();

    /** Returns the type without the name, such as {@code float32[batch, 4]}. */
    String typeText();
}
