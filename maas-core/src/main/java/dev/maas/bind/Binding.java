package dev.maas.bind;

import dev.maas.tensor.TensorFrame;

/**
 * How values of two Java types go into a model's inputs and come out of its outputs. Checked against the signature when it was
 * made; no reflection is left for the call.
 *
 * <p>Public for the sibling package that serves models. Immutable and safe for use by any thread.
 *
 * @param <I> the type of the input
 * @param <O> the type of the prediction
 */
public interface Binding<I, O> {
    /**
     * Returns whether one input is one row: the tensors have a leading dimension that the Java type lacks. The rows of several
     * calls can then share one run, if the signature is batchable.
     */
    boolean isRowwise();

    /**
     * Returns the sizes of each of the model's inputs for this value, without the leading dimension if this binding is rowwise.
     * The same array comes back for every call where the signature fixes all of them.
     *
     * @throws dev.maas.InvalidInputException if the model does not take this value
     */
    long[][] shapes(I input);

    /**
     * Writes a value whose {@link #shapes} the frame's inputs have, at a row if this binding is rowwise, else at row 0.
     *
     * @throws dev.maas.InvalidInputException if the model does not take this value
     */
    void write(I input, TensorFrame frame, int row);

    /**
     * Reads the result of a row if this binding is rowwise, else of the whole run, at row 0.
     *
     * @throws dev.maas.EngineException if the model gave something else than its signature says
     */
    O read(TensorFrame frame, int row);
}
