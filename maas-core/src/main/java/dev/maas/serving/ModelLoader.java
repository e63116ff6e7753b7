package dev.maas.serving;

import dev.maas.ClosedException;
import dev.maas.Model;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Loads models straight from files or memory, without a registry.
 *
 * <p>Safe for use by any thread. Closing the loader closes its models.
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
    private final Object lock = new Object();
    // Guarded by lock.
    private final Set<LoadedVersion> open = new HashSet<>();
    /** One for each load under way and each version that is not freed; an engine must not go before them. */
    private final List<CompletableFuture<Void>> pending = new ArrayList<>();

    private boolean closed;

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
     * @throws ClosedException if this loader was closed
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
        CompletableFuture<Void> gone = new CompletableFuture<>();
        if (!begin(gone)) {
            throw closedAfter(source);
        }
        LoadedVersion version;
        try {
            version = new VersionLoader(workshop)
                    .load(ref, "", source.metadata(), source, options.optionsOf(ref.name()), () -> {});
        } catch (Throwable e) {
            end(gone);
            throw e;
        }
        CompletableFuture<Void> unused = version.freed().thenRun(() -> forget(version, gone));
        if (!keep(version)) {
            version.close();
            throw closedException();
        }
        return new ServedModel(version, version::close);
    }

    /** Lets a load begin, unless the loader was closed: its engines may go before whatever begins later. */
    private boolean begin(CompletableFuture<Void> gone) {
        synchronized (lock) {
            return !closed && pending.add(gone);
        }
    }

    private static ClosedException closedAfter(ModelSource source) {
        ClosedException refused = closedException();
        try {
            source.close();
        } catch (RuntimeException e) {
            refused.addSuppressed(e);
        }
        return refused;
    }

    private void end(CompletableFuture<Void> gone) {
        gone.complete(null);
        synchronized (lock) {
            pending.removeIf(CompletableFuture::isDone);
        }
    }

    private boolean keep(LoadedVersion version) {
        synchronized (lock) {
            return !closed && (version.isFreed() || open.add(version));
        }
    }

    private void forget(LoadedVersion version, CompletableFuture<Void> gone) {
        synchronized (lock) {
            open.remove(version);
        }
        end(gone);
    }

    private static ClosedException closedException() {
        return new ClosedException("The model loader was closed; make another");
    }

    /** A file's name made into a model's: lower case, without folder and extension, odd characters as hyphens. */
    private static String nameOf(String entry) {
        String file = entry.substring(entry.lastIndexOf('/') + 1);
        int dot = file.lastIndexOf('.');
        String stem = (dot > 0 ? file.substring(0, dot) : file).toLowerCase(Locale.ROOT);
        String name = stem.replaceAll("[^a-z0-9_-]", "-").replaceAll("^[_-]+", "");
        return name.isEmpty() ? "model" : name.substring(0, Math.min(64, name.length()));
    }

    /**
     * Closes the models that are still open, as their own close does: calls under way finish first. Then ends the loader's threads and closes its
     * engines; if this thread was interrupted or is in a call itself, or a model is just being loaded, in vain, that is left to the last
     * of them. Closing again does nothing.
     */
    @Override
    public void close() {
        List<LoadedVersion> models;
        CompletableFuture<Void> freed;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            models = List.copyOf(open);
            freed = CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new));
        }
        List<RuntimeException> failures = new ArrayList<>();
        models.forEach(model -> attempt(model::beginClose, failures));
        models.forEach(model -> attempt(model::close, failures));
        attempt(() -> workshop.closeAfter(freed), failures);
        if (!failures.isEmpty()) {
            RuntimeException first = failures.remove(0);
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    /** Does it, and keeps what goes wrong: one model that cannot be closed must not keep the others open. */
    private static void attempt(Runnable step, List<RuntimeException> failures) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }
}
