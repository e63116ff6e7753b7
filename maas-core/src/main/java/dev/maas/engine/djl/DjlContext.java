package dev.maas.engine.djl;

import ai.djl.BaseModel;
import ai.djl.Model;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.translate.TranslatorContext;
import dev.maas.InvalidInputException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a DJL translator is told during one of its calls. The arrays that it makes live until the call's end. */
final class DjlContext implements TranslatorContext {
    /** Which of the translator's methods runs. */
    enum Stage {
        PREPARE,
        INPUT,
        OUTPUT
    }

    private final Stage stage;
    private final NDManager longLived;
    private final NDManager manager;
    private final Optional<Path> artifacts;
    private final Map<String, Object> attachments = new ConcurrentHashMap<>();

    DjlContext(Stage stage, NDManager longLived, Optional<Path> artifacts) {
        this.stage = stage;
        this.longLived = longLived;
        this.manager = longLived.newSubManager();
        this.artifacts = artifacts;
    }

    @Override
    public Model getModel() {
        return new FolderModel(
                artifacts.orElseThrow(() -> new InvalidInputException("The DJL translator asks for files of its model. "
                        + "Name their folder: DjlTranslator.of(translator, signature, folder)")),
                longLived);
    }

    /** A model that is nothing but its folder of files. */
    private static final class FolderModel extends BaseModel {
        FolderModel(Path folder, NDManager manager) {
            super("model");
            this.modelDir = folder;
            this.manager = manager;
        }

        @Override
        public void load(Path modelPath, @Nullable String prefix, @Nullable Map<String, ?> options) {
            throw new UnsupportedOperationException("A translator does not load its model");
        }

        @Override
        public void close() {
            // The manager is the translator's.
        }

        /** Replaces the parent's, which warns of models that were not closed. */
        @Override
        @SuppressWarnings({"deprecation", "removal", "Finalize", "Finalizer"})
        protected void finalize() {}
    }

    @Override
    public NDManager getNDManager() {
        return manager;
    }

    @Override
    public NDManager getPredictorManager() {
        return longLived;
    }

    @Override
    public Block getBlock() {
        throw new UnsupportedOperationException("The model is not DJL's, and has no block");
    }

    @Override
    public @Nullable Metrics getMetrics() {
        return null;
    }

    @Override
    public @Nullable Object getAttachment(String key) {
        return attachments.get(key);
    }

    @Override
    public void setAttachment(String key, Object value) {
        if (stage == Stage.INPUT) {
            throw new InvalidInputException(
                    "The DJL translator keeps '" + key + "' of the input for the output, which maas does not "
                            + "pass on: calls of several callers may share a run. Write a dev.maas.Translator, or use DJL's own predictor");
        }
        attachments.put(key, value);
    }

    @Override
    public void close() {
        manager.close();
    }
}
