package dev.maas;

import dev.maas.tensor.Signature;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model on its way into a registry: its files, its name, and what its publisher says about it.
 *
 * <p>Immutable: each method returns a package with one thing changed. Safe for use by any thread.
 *
 * <pre>{@code
 * ModelPackage.of(Path.of("spam.onnx")).name("spam").description("Is a message spam?").alias("champion")
 * }</pre>
 */
public final class ModelPackage {
    private final ModelSource source;
    private final @Nullable String name;
    private final ModelMetadata metadata;
    private final Set<String> aliases;
    private final @Nullable Signature signature;

    private ModelPackage(
            ModelSource source,
            @Nullable String name,
            ModelMetadata metadata,
            Set<String> aliases,
            @Nullable Signature signature) {
        this.source = source;
        this.name = name;
        this.metadata = metadata;
        this.aliases = aliases;
        this.signature = signature;
    }

    /**
     * Returns a package with a model's file, or with a folder and all its files; see {@link ModelSource#of(Path)}.
     *
     * @throws ModelLoadException if there is no such file or folder, or it has no entry
     */
    public static ModelPackage of(Path fileOrFolder) {
        return of(ModelSource.of(fileOrFolder));
    }

    /** Returns a package with a model that is one file in memory; the bytes are not copied. */
    public static ModelPackage of(byte[] model) {
        return of(ModelSource.of(model));
    }

    /** Returns a package with these files. Publishing reads the source and leaves it open. */
    public static ModelPackage of(ModelSource source) {
        return new ModelPackage(source, null, Objects.requireNonNull(source.metadata(), "metadata"), Set.of(), null);
    }

    /**
     * Returns this package under a name.
     *
     * @throws InvalidInputException if a model cannot have that name; see {@link ModelRef}
     */
    public ModelPackage name(String newName) {
        return new ModelPackage(source, ModelRef.requireName(newName, "model"), metadata, aliases, signature);
    }

    /** Returns this package with a description. */
    public ModelPackage description(String text) {
        return metadata(metadata.toBuilder().description(text).build());
    }

    /**
     * Returns this package with one more tag.
     *
     * @throws InvalidInputException if it is blank
     */
    public ModelPackage tag(String tag) {
        return metadata(metadata.toBuilder().tag(tag).build());
    }

    /** Returns this package with one more property of the publisher's own. */
    public ModelPackage property(String key, String value) {
        return metadata(metadata.toBuilder().property(key, value).build());
    }

    /**
     * Returns this package with names for the columns of an input or output; see {@link ModelMetadata#columns()}.
     *
     * @throws InvalidInputException if a name comes twice
     */
    public ModelPackage columns(String tensor, List<String> names) {
        return metadata(metadata.toBuilder().columns(tensor, names).build());
    }

    /** Returns this package with a lineage. */
    public ModelPackage lineage(Lineage lineage) {
        return metadata(metadata.toBuilder().lineage(lineage).build());
    }

    /**
     * Returns this package with a semantic version; a registry takes each only once per model.
     *
     * @throws InvalidInputException if it is not of the form {@code 1.4.2}
     */
    public ModelPackage semanticVersion(String version) {
        return metadata(metadata.toBuilder().semanticVersion(version).build());
    }

    /** Returns this package to be loaded by the engine of that name, and no other. */
    public ModelPackage engine(String engine) {
        return metadata(metadata.toBuilder().engine(engine).build());
    }

    /** Returns this package with all its metadata replaced. */
    public ModelPackage metadata(ModelMetadata newMetadata) {
        return new ModelPackage(source, name, Objects.requireNonNull(newMetadata, "metadata"), aliases, signature);
    }

    /**
     * Returns this package with an alias that publishing moves to the new version, in the same commit.
     *
     * @throws InvalidInputException if an alias cannot have that name
     */
    public ModelPackage alias(String alias) {
        Set<String> more = new LinkedHashSet<>(aliases);
        more.add(ModelRef.requireName(alias, "alias"));
        return new ModelPackage(source, name, metadata, Collections.unmodifiableSet(more), signature);
    }

    /**
     * Returns this package with a signature, for a format that no {@link ModelInspector} reads. Where one does, what it
     * reads must agree.
     */
    public ModelPackage signature(Signature newSignature) {
        return new ModelPackage(source, name, metadata, aliases, Objects.requireNonNull(newSignature, "signature"));
    }

    /**
     * Returns the model's name.
     *
     * @throws InvalidInputException if none was given
     */
    public String name() {
        if (name == null) {
            throw new InvalidInputException("A package needs the name of its model: ModelPackage.of(…).name(\"spam\")");
        }
        return name;
    }

    /** Returns the files. */
    public ModelSource source() {
        return source;
    }

    /** Returns what the publisher says about the model. */
    public ModelMetadata metadata() {
        return metadata;
    }

    /** Returns the aliases that publishing moves, in the order they were given; the set cannot be changed. */
    public Set<String> aliases() {
        return aliases;
    }

    /** Returns the signature that the publisher gave, if any. */
    public Optional<Signature> signature() {
        return Optional.ofNullable(signature);
    }
}
