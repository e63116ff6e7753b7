package dev.maas.engine;

import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorFrame;

/**
 * Memory for one run of a model at a time, reused from run to run.
 *
 * <p>One thread at a time uses a frame, except for {@link #interrupt()}. A frame stays usable after a failed run.
 */
public interface RunFrame extends TensorFrame, AutoCloseable {
    /**
     * Uses a tensor as an input of the next run, in place of the frame's own buffer. Direct memory is read in place and must stay
     * as it is until the run ends. Asking for the frame's own buffer with {@link #input} takes that back.
     *
     * @throws dev.maas.InvalidInputException if the tensor is of another type than the input
     */
    void bind(int index, Tensor tensor);

    /**
     * Runs the model on the present inputs.
     *
     * @throws dev.maas.InvalidInputException if an input is not one that the model takes, as far as that shows beforehand
     * @throws dev.maas.EngineException if the run failed
     * @throws java.util.concurrent.CancellationException if {@link #interrupt()} was called
     */
    void run();

    /**
     * Stops the run that is under way, or else the next one, as soon as the engine can. Any thread may call this, until the owner
     * begins to close the frame. An interrupted frame is spent: close it.
     *
     * @return whether the engine can stop a run at all
     */
    boolean interrupt();

    /** Frees the memory. Closing again does nothing. */
    @Override
    void close();
}
