package dev.maas.engine.djl;

import dev.maas.InvalidInputException;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import java.util.Set;

/**
 * The engine {@code djl}: models by whatever engine of the Deep Java Library is on the class path.
 *
 * <p>Found by {@link java.util.ServiceLoader}; applications choose it by its name. Safe for use by any thread.
 *
 * <p>It reads {@code .onnx} by DJL's OnnxRuntime engine, {@code .pt} by PyTorch and {@code .xgb} by XGBoost, where these are on the
 * class path. DJL tells little of a model, so a model that is not ONNX needs a signature from its publisher. What DJL cannot carry is
 * refused when the model is loaded. Of the options it honours threads and optimization, for ONNX only.
 *
 * <p>Opening it sets the system properties {@code ai.djl.offline} and {@code OPT_OUT_TRACKING} to {@code true}, unless they are set, so
 * that DJL neither downloads nor calls home.
 */
public final class DjlEngineProvider implements EngineProvider {
    static final String NAME = "djl";

    private static final int PREFERENCE = 10;

    /** Makes the provider; loads no native code. */
    public DjlEngineProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        if (!isOnClassPath()) {
            return Availability.no("DJL is not on the class path; add ai.djl:api and an engine of it, "
                    + "such as ai.djl.onnxruntime:onnxruntime-engine");
        }
        return formats().isEmpty()
                ? Availability.no(
                        "none of DJL's engines that are on the class path is one of OnnxRuntime, PyTorch and XGBoost; "
                                + "add ai.djl.onnxruntime:onnxruntime-engine, for one")
                : Availability.yes();
    }

    private static boolean isOnClassPath() {
        return DjlStartup.isPresent("ai.djl.engine.Engine");
    }

    @Override
    public Set<String> formats() {
        return isOnClassPath() ? DjlRuntimes.formats() : Set.of();
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Engine open(EngineOptions options) {
        EngineOptions defaults = EngineOptions.defaults();
        if (options.memoryArena() != defaults.memoryArena()
                || options.memoryPattern() != defaults.memoryPattern()
                || options.deterministic() != defaults.deterministic()) {
            throw new InvalidInputException(
                    "The engine 'djl' honours threads and optimization only, as DJL ignores the others; got " + options
                            + ". Leave memoryArena, memoryPattern and deterministic as they are, or use the engine 'onnxruntime'");
        }
        DjlStartup.stayOffline();
        return new DjlEngine(options);
    }
}
