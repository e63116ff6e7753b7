package dev.maas.tensor;

/**
 * The memory of one run: a buffer for each input and each output of a signature, in the signature's order.
 *
 * <p>Bindings write a call's values into it and read the results out of it. Not safe for use by several threads at once.
 */
public interface TensorFrame {
    /** Returns the memory of an input; whoever writes reshapes it first. */
    TensorBuffer input(int index);

    /**
     * Returns the memory of an output that is a tensor; valid until the next run.
     *
     * @throws IllegalStateException if the output is a sequence or a map
     */
    TensorBuffer output(int index);

    /**
     * Returns an output of any kind as {@link Outputs} holds it, copied to the heap: a {@link Tensor}, a
     * {@link java.util.List} or a {@link java.util.Map}.
     */
    Object outputValue(int index);
}
