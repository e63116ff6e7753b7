package dev.maas;

import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.Map;

/**
 * One loaded version of a model. It never changes.
 *
 * <p>All methods are safe for use by any number of threads at once.
 */
public interface Model extends AutoCloseable {
    /** Returns the model's name and version; for one that came from no registry, the name of its file. */
    ModelRef ref();

    /** Returns what the model takes and gives. */
    Signature signature();

    /** Returns what its publisher said about it. */
    ModelMetadata metadata();

    /**
     * Returns a predictor that binds these Java types to the model's inputs and outputs.
     *
     * @throws InvalidInputException if the types do not fit the signature; the message shows both side by side
     */
    default <I, O> Predictor<I, O> predictor(Class<I> inputType, Class<O> outputType) {
        return predictor(TypeRef.of(inputType), TypeRef.of(outputType));
    }

    /** Returns a predictor for types with type arguments; see {@link #predictor(Class, Class)}. */
    <I, O> Predictor<I, O> predictor(TypeRef<I> inputType, TypeRef<O> outputType);

    /** Returns a predictor that converts with the given translator. */
    <I, O> Predictor<I, O> predictor(Translator<I, O> translator);

    /**
     * Runs the model once on tensors by name, without any binding.
     *
     * @throws InvalidInputException if a tensor is missing, unknown, or of the wrong type or shape
     * @throws EngineException if the run failed
     * @throws ClosedException if the model was closed
     */
    default Outputs run(Map<String, Tensor> inputs) {
        return run(inputs, CallOptions.none());
    }

    /**
     * Runs the model once within the given bounds; see {@link #run(Map)}.
     *
     * @throws DeadlineExceededException if the deadline passed first
     */
    Outputs run(Map<String, Tensor> inputs, CallOptions options);

    /**
     * Lets the calls that are under way finish, then frees what the model holds. New calls fail with
     * {@link ClosedException}. Closing again does nothing; a call that closes its own model does not wait for itself.
     */
    @Override
    void close();
}
