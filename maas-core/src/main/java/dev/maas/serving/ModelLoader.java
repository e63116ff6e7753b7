package dev.maas.serving;

import dev.maas.Model;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Loads models straight from files or memory, without a registry.
 *
 * <p>Safe for use by any thread. Close the models before the loader.
 *
 * <pre>{@code
 * try (ModelLoader loader = ModelLoader.create(); Model model = loader.load(Path.of("spam.onnx"))) {
 *     Predictor<float[], float[]> predictor = model.predictor(float[].class, float[].class);
 * }
 * }</pre>
 */
public final class ModelLoader implements AutoCloseable {
    private final Workshop workshop;
    private final ServiceOptions options;

    private ModelLoader(ServiceOptions options) {
        this.workshop = new Workshop(options.engines());
        this.options = options;
    }

    /** Returns a loader with the defaults. */
    public static ModelLoader create() {
        return create(ServiceOptions.defaults());
    }

    /** Returns a loader with these options. */
    public static ModelLoader create(ServiceOptions options) {
        return new ModelLoader(options);
    }

    /**
     * Loads a model's file, or a folder with all its files; see {@link ModelSource#of(Path)}. Blocks until the model can be called.
     *
     * @throws dev.maas.ModelLoadException if there is no such file, or the model is not sound
     */
    public Model load(Path fileOrFolder) {
        return load(ModelSource.of(fileOrFolder));
    }

    /** Loads a model that is one file in memory; see {@link #load(Path)}. */
    public Model load(byte[] model) {
        return load(ModelSource.of(model));
    }

    /** Loads a model from a source, which is closed together with the model, or at once if loading fails; see {@link #load(Path)}. */
    public Model load(ModelSource source) {
        ModelRef ref = ModelRef.of(nameOf(source.entry()));
        LoadedVersion version = new VersionLoader(workshop)
                .load(ref, "", source.metadata(), source, options.optionsOf(ref.name()), () -> {});
        return new ServedModel(version, version::close);
    }

    /** A file's name made into a model's: lower case, without folder and extension, odd characters as hyphens. */
    private static String nameOf(String entry) {
        String file = entry.substring(entry.lastIndexOf('/') + 1);
        int dot = file.lastIndexOf('.');
        String stem = (dot > 0 ? file.substring(0, dot) : file).toLowerCase(Locale.ROOT);
        String name = stem.replaceAll("[^a-z0-9_-]", "-").replaceAll("^[_-]+", "");
        return name.isEmpty() ? "model" : name.substring(0, Math.min(64, name.length()));
    }

    /** Ends the loader's threads and closes its engines. Closing again does nothing. */
    @Override
    public void close() {
        workshop.close();
    }
}
