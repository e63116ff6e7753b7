package dev.maas.engine;

import dev.maas.ModelSource;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A model that passed the gate, with what the gate read from its bytes.
 *
 * <p>Immutable and safe for use by any thread, as its source is.
 *
 * @param source the model's files
 * @param signature what the file itself declares, if the gate knows its format; a declared shape may be unknown where the
 *     engine infers one
 * @param optionalOutputs the names of the outputs that a run may leave absent (ONNX's optional type); the signature declares them
 *     as what they are when present
 * @param externalTensors the weights that lie outside the entry file, each within a listed file of the source
 */
public record VettedModel(
        ModelSource source,
        Optional<Signature> signature,
        Set<String> optionalOutputs,
        List<ExternalTensor> externalTensors) {
    /** Checks that no part is missing, and copies the collections. */
    public VettedModel {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(signature, "signature");
        optionalOutputs = Set.copyOf(optionalOutputs);
        externalTensors = List.copyOf(externalTensors);
    }

    /** Makes a model all of whose outputs are always there. */
    public VettedModel(ModelSource source, Optional<Signature> signature, List<ExternalTensor> externalTensors) {
        this(source, signature, Set.of(), externalTensors);
    }

    /**
     * A weight whose bytes lie in another file of the package.
     *
     * @param name the weight's name in the graph
     * @param elementType the type of its elements; empty if it is one that {@link ElementType} does not have
     * @param shape the sizes of its dimensions
     * @param file the file's name within the source
     * @param offset where in the file it begins, in bytes
     * @param length how many bytes it takes
     */
    public record ExternalTensor(
            String name, Optional<ElementType> elementType, List<Long> shape, String file, long offset, long length) {
        /** Copies the shape. */
        public ExternalTensor {
            shape = List.copyOf(shape);
        }
    }
}
