package dev.maas.engine;

import dev.maas.tensor.Signature;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A model in an engine's memory. Implementations are safe for use by any thread; frames of one model may run at the same time.
 */
public interface LoadedModel extends AutoCloseable {
    /** Returns what the model takes and gives, as the engine sees it; read once when it was loaded. */
    Signature signature();

    /** Returns the key-value pairs stored in the model's file, such as its producer. */
    Map<String, String> properties();

    /** Returns the native memory that loading took, in bytes, as far as it can be measured. */
    OptionalLong nativeBytes();

    /**
     * Returns whether {@link #nativeBytes()} is all that the model takes; false unless the engine knows. Otherwise whoever keeps account
     * may measure what is on top.
     */
    default boolean isSizeExact() {
        return false;
    }

    /**
     * Gives back the memory that the engine keeps from run to run, as far as it can, without doing harm to runs that go on meanwhile; for a
     * model that has been idle for some time. The caller makes sure that the model is not closed meanwhile. May block as long as a
     * short run does. Does nothing unless the engine knows how.
     */
    default void trim() {}

    /** Makes the memory for one run at a time; close it before the model. */
    RunFrame newFrame();

    /**
     * Makes the memory for one run at a time that goes on beside other runs of this model. An engine that shares a run's work among
     * processors may leave such a run to one of them: the run takes longer, but all of them together get more done. As
     * {@link #newFrame} unless the engine knows better.
     */
    default RunFrame newThroughputFrame() {
        return newFrame();
    }

    /**
     * Frees the model. The caller makes sure that no frame is running or will run, and that all are closed. Closing again does
     * nothing.
     */
    @Override
    void close();
}
