package dev.maas.engine.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.util.passthrough.PassthroughNDManager;
import dev.maas.ModelLoadException;
import dev.maas.engine.ErrorText;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The engines of DJL on the class path, and which file each of them reads. Linked only where DJL is present. */
final class DjlRuntimes {
    static final String ONNX_RUNTIME = "OnnxRuntime";

    /** By the extension of the model's file, the name that DJL gives the engine. */
    private static final Map<String, String> BY_FORMAT = Map.of(
            "onnx", ONNX_RUNTIME,
            "pt", "PyTorch",
            "xgb", "XGBoost");

    private DjlRuntimes() {}

    /** Starts an engine; returns why it does not, or nothing if it runs. */
    static Optional<Throwable> start(String name) {
        if (name.equals(ONNX_RUNTIME)) {
            return DjlStartup.startOnnxRuntime(Runtime.getRuntime().availableProcessors());
        }
        try {
            Engine.getEngine(name);
            return Optional.empty();
        } catch (RuntimeException | LinkageError e) {
            return Optional.of(ErrorText.rootOf(e));
        }
    }

    /**
     * The engine that reads a file, by its extension.
     *
     * @throws ModelLoadException if none does
     */
    static String forFile(String file) {
        String format = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String name = BY_FORMAT.get(format);
        if (name == null || !Engine.hasEngine(name)) {
            throw new ModelLoadException(
                    "None of DJL's engines on the class path reads '" + file + "'; they read " + formats());
        }
        return name;
    }

    /** A manager of arrays for translators: the default engine's, or plain memory where no engine starts. */
    static NDManager manager() {
        DjlStartup.stayOffline();
        String name = Engine.getDefaultEngineName();
        boolean starts = name != null && start(name).isEmpty();
        return starts ? Engine.getEngine(name).newBaseManager() : PassthroughNDManager.INSTANCE;
    }

    /** The formats for which an engine is on the class path; starts none. */
    static Set<String> formats() {
        DjlStartup.silenceTelemetry();
        Set<String> formats = new TreeSet<>();
        BY_FORMAT.forEach((format, name) -> {
            if (Engine.hasEngine(name)) {
                formats.add(format);
            }
        });
        return formats;
    }
}
