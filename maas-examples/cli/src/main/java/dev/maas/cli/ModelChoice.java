package dev.maas.cli;

import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.registry.ManagedRegistry;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model as the command line names it: a version in a registry, or a file or folder on this machine, which is what has a separator in its
 * name or ends in {@code .onnx}. Immutable.
 */
final class ModelChoice {
    private final String text;

    private ModelChoice(String text) {
        this.text = text;
    }

    static ModelChoice of(String text) {
        return new ModelChoice(text);
    }

    /** Returns the path, if it is one. */
    Optional<Path> path() {
        boolean path = text.contains("/") || text.contains("\\") || text.endsWith(".onnx") || text.equals(".");
        try {
            return path ? Optional.of(Path.of(text)) : Optional.empty();
        } catch (InvalidPathException e) {
            throw new UsageException("'" + text + "' is no path");
        }
    }

    /** Returns the reference, where this is no path. */
    ModelRef ref() {
        try {
            return ModelRef.parse(text);
        } catch (InvalidInputException e) {
            throw new UsageException(e.getMessage() + ". A path has a '/' in it, or ends in .onnx");
        }
    }

    /**
     * The files of a model, and the registry that they come from, if any.
     *
     * @param name what to call it
     * @param source its files
     * @param registry the registry that they come from, if any
     */
    record Opened(String name, ModelSource source, Optional<ManagedRegistry> registry) implements AutoCloseable {
        @Override
        public void close() {
            source.close();
            registry.ifPresent(ManagedRegistry::close);
        }
    }

    /** Opens the files. */
    Opened open(RegistryChoice choice, MaasCommand command) {
        Optional<Path> path = path();
        if (path.isPresent()) {
            return new Opened(text, ModelSource.of(path.get()), Optional.empty());
        }
        ModelRef ref = ref();
        ManagedRegistry registry = choice.open(command);
        try {
            ModelVersion version = registry.resolve(ref);
            return new Opened(version.ref().toString(), registry.open(version), Optional.of(registry));
        } catch (RuntimeException e) {
            registry.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
