package dev.maas.engine.onnx;

import ai.onnxruntime.OrtException;
import dev.maas.EngineException;
import dev.maas.ModelLoadException;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.ErrorText;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.VettedModel;
import java.util.List;

/** ONNX Runtime, open. The environment behind it lives as long as the JVM. */
final class OnnxEngine implements Engine {
    private final OnnxEnvironment environment;
    private final SessionLoader loader;
    private final TextBridge texts;
    private final boolean hasArena;

    OnnxEngine(OnnxEnvironment environment, EngineOptions options) {
        this.environment = environment;
        this.loader = new SessionLoader(environment, options);
        this.hasArena = options.memoryArena();
        this.texts = new TextBridge(environment.runtime());
    }

    @Override
    public String name() {
        return OnnxEngineProvider.NAME;
    }

    @Override
    public String version() {
        return environment.version();
    }

    @Override
    public LoadedModel load(VettedModel model) {
        Sessions sessions = loader.open(model);
        try {
            return new OnnxModel(environment, sessions, model, texts, hasArena);
        } catch (OrtException e) {
            closeAfter(e, sessions);
            throw new ModelLoadException(
                    "The model '" + model.source().entry() + "' cannot be loaded: " + ErrorText.of(e, List.of()), e);
        } catch (RuntimeException | Error e) {
            closeAfter(e, sessions);
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, Sessions sessions) {
        try {
            sessions.close();
        } catch (OrtException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            texts.close();
        } catch (OrtException e) {
            throw new EngineException("ONNX Runtime's memory cannot be freed: " + ErrorText.of(e, List.of()), e);
        }
    }
}
