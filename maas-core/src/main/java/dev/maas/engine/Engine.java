package dev.maas.engine;

/**
 * An open inference engine. Implementations are safe for use by any thread.
 */
public interface Engine extends AutoCloseable {
    /** Returns the name of its provider. */
    String name();

    /** Returns the version of the runtime behind it. */
    String version();

    /**
     * Loads a model that the gate has inspected.
     *
     * @throws dev.maas.ModelLoadException if the model is not sound, or has an input or output that this engine cannot carry;
     *     the message then names that tensor and its type
     */
    LoadedModel load(VettedModel model);

    /** Frees what the engine holds besides its models, which the caller closed before. Closing again does nothing. */
    @Override
    void close();
}
