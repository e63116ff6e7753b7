package dev.maas;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher says about a version, besides its signature.
 *
 * <p>Immutable and safe for use by any thread.
 */
public final class ModelMetadata {
    private static final ModelMetadata EMPTY = builder().build();

    private final String description;
    private final Set<String> tags;
    private final Map<String, String> properties;
    private final Map<String, List<String>> columns;
    private final Lineage lineage;
    private final @Nullable String semanticVersion;
    private final @Nullable String engine;

    private ModelMetadata(Builder builder) {
        this.description = builder.description;
        this.tags = Collections.unmodifiableSet(new LinkedHashSet<>(builder.tags));
        this.properties = Collections.unmodifiableMap(new LinkedHashMap<>(builder.properties));
        this.columns = Collections.unmodifiableMap(new LinkedHashMap<>(builder.columns));
        this.lineage = builder.lineage;
        this.semanticVersion = builder.semanticVersion;
        this.engine = builder.engine;
    }

    /** Returns metadata that says nothing. */
    public static ModelMetadata empty() {
        return EMPTY;
    }

    /** Returns a builder for metadata that says nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that begins with what this metadata says. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.description = description;
        builder.tags.addAll(tags);
        builder.properties.putAll(properties);
        builder.columns.putAll(columns);
        builder.lineage = lineage;
        builder.semanticVersion = semanticVersion;
        builder.engine = engine;
        return builder;
    }

    /** Returns what the model is for; empty if the publisher did not say. */
    public String description() {
        return description;
    }

    /** Returns the tags, in the order they were given; the set cannot be changed. */
    public Set<String> tags() {
        return tags;
    }

    /** Returns the publisher's own properties, in the order they were given; the map cannot be changed. */
    public Map<String, String> properties() {
        return properties;
    }

    /**
     * Returns what the publisher named of inputs and outputs, by the tensor's name: along the last dimension, the feature
     * columns of an input or the labels of an output's scores; of an integer output, the labels that it counts from 0. The
     * map cannot be changed.
     */
    public Map<String, List<String>> columns() {
        return columns;
    }

    /** Returns where the version came from. */
    public Lineage lineage() {
        return lineage;
    }

    /** Returns the publisher's semantic version, if there is one. */
    public Optional<String> semanticVersion() {
        return Optional.ofNullable(semanticVersion);
    }

    /** Returns the name of the engine that must load the model, if the publisher chose one. */
    public Optional<String> engine() {
        return Optional.ofNullable(engine);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ModelMetadata metadata
                && description.equals(metadata.description)
                && tags.equals(metadata.tags)
                && properties.equals(metadata.properties)
                && columns.equals(metadata.columns)
                && lineage.equals(metadata.lineage)
                && Objects.equals(semanticVersion, metadata.semanticVersion)
                && Objects.equals(engine, metadata.engine);
    }

    @Override
    public int hashCode() {
        return Objects.hash(description, tags, properties, columns, lineage, semanticVersion, engine);
    }

    @Override
    public String toString() {
        return "ModelMetadata[description=" + description + ", tags=" + tags + ", properties=" + properties
                + ", columns=" + columns.keySet() + ", lineage=" + lineage + ", semanticVersion=" + semanticVersion
                + ", engine=" + engine + "]";
    }

    /** Collects metadata; not safe for use by several threads at once. */
    public static final class Builder {
        private String description = "";
        private final Set<String> tags = new LinkedHashSet<>();
        private final Map<String, String> properties = new LinkedHashMap<>();
        private final Map<String, List<String>> columns = new LinkedHashMap<>();
        private Lineage lineage = Lineage.unknown();
        private @Nullable String semanticVersion;
        private @Nullable String engine;

        private Builder() {}

        /** Sets what the model is for. */
        public Builder description(String text) {
            description = Objects.requireNonNull(text, "description");
            return this;
        }

        /**
         * Adds a tag.
         *
         * @throws InvalidInputException if it is blank
         */
        public Builder tag(String tag) {
            if (tag.isBlank()) {
                throw new InvalidInputException("A tag is not blank; got '" + tag + "'");
            }
            tags.add(tag);
            return this;
        }

        /** Sets one of the publisher's own properties, in place of an earlier one of that key. */
        public Builder property(String key, String value) {
            properties.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Names the columns along the last dimension of an input or output, or the labels that an integer output counts; see
         * {@link ModelMetadata#columns()}.
         *
         * @throws InvalidInputException if a name comes twice
         */
        public Builder columns(String tensor, List<String> names) {
            if (new LinkedHashSet<>(names).size() != names.size()) {
                throw new InvalidInputException("The columns of '" + tensor + "' have distinct names; got " + names);
            }
            columns.put(Objects.requireNonNull(tensor, "tensor"), List.copyOf(names));
            return this;
        }

        /** Sets where the version came from. */
        public Builder lineage(Lineage value) {
            lineage = Objects.requireNonNull(value, "lineage");
            return this;
        }

        /**
         * Sets a semantic version, unique within the model.
         *
         * @throws InvalidInputException if it is not of the form {@code 1.4.2}; see {@link ModelRef.SemanticVersion}
         */
        public Builder semanticVersion(String version) {
            semanticVersion = new ModelRef.SemanticVersion(version).version();
            return this;
        }

        /** Sets the name of the engine that must load the model. */
        public Builder engine(String name) {
            engine = Objects.requireNonNull(name, "engine");
            return this;
        }

        /** Returns the metadata; what this builder does later leaves it as it is. */
        public ModelMetadata build() {
            return new ModelMetadata(this);
        }
    }
}
