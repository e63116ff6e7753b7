package dev.maas.tensor;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the outputs of a run go.
 *
 * <p>Public for the sibling packages that hand one model's outputs to another without a way through the heap. Implementations are safe for
 * use by any thread, and outlive the run: one that was given up may still ask for memory.
 */
@FunctionalInterface
public interface OutputMemory {
    /**
     * Returns direct memory in the machine's byte order with exactly that many bytes remaining, or null for a tensor of its own on the heap.
     * Whoever gives memory leaves it alone for as long as the tensor over it is in use.
     *
     * @param output the output, which is not one of strings
     * @param bytes how much its values take
     */
    @Nullable
    ByteBuffer allocate(TensorSpec output, int bytes);
}
