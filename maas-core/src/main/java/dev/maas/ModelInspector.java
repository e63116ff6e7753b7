package dev.maas;

import dev.maas.tensor.Signature;
import java.util.Optional;

/**
 * Reads a model's signature from its bytes without running anything, so that a registry can refuse a damaged model when it
 * is published. Implementations are found by {@link java.util.ServiceLoader} and are safe for use by any thread.
 */
public interface ModelInspector {
    /**
     * Returns the signature, or empty if this inspector does not know the format of the source's entry.
     *
     * @throws ModelLoadException if it knows the format and the model is not sound
     */
    Optional<Signature> inspect(ModelSource source);

    /**
     * Returns why no engine could load the model from memory, without its files on this machine in the clear; empty if one could, or if this
     * inspector does not know the format. A registry does not encrypt such a model.
     *
     * @throws ModelLoadException if it knows the format and the model is not sound
     */
    default Optional<String> needsFiles(ModelSource source) {
        return Optional.empty();
    }
}
