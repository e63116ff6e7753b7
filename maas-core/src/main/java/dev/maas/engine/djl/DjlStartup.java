package dev.maas.engine.djl;

import ai.djl.engine.Engine;
import dev.maas.engine.ErrorText;
import java.util.Optional;

/**
 * Starts the Deep Java Library's ONNX Runtime engine, if it is on the class path.
 *
 * <p>Public for the sibling engine that calls ONNX Runtime directly: ONNX Runtime has one environment per JVM, DJL insists on
 * creating it, and fails for good if somebody else did. So DJL goes first wherever it is present. All methods are safe for use by
 * any thread; none needs DJL on the class path.
 */
public final class DjlStartup {
    private static final String ENGINE_CLASS = "ai.djl.onnxruntime.engine.OrtEngine";
    private static final String NO_TELEMETRY = "OPT_OUT_TRACKING";
    private static final String OFFLINE = "ai.djl.offline";
    private static final String THREADS = "ai.djl.onnxruntime.num_threads";

    private DjlStartup() {}

    /** Returns whether DJL and its ONNX Runtime engine are on the class path; loads no native code. */
    public static boolean hasOnnxRuntime() {
        return isPresent(ENGINE_CLASS) && isPresent("ai.djl.engine.Engine");
    }

    /** Returns whether a class is on the class path; does not initialise it. */
    public static boolean isPresent(String className) {
        try {
            Class.forName(className, false, DjlStartup.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /**
     * Starts DJL's ONNX Runtime engine, which creates ONNX Runtime's environment with one thread pool for all models. Does nothing
     * where it runs already. Loads native code and may take a second.
     *
     * <p>The pool has the given number of threads, unless the system property {@code ai.djl.onnxruntime.num_threads} says
     * otherwise. DJL's call home is switched off by the system property {@code OPT_OUT_TRACKING}, unless that is set.
     *
     * @return why the engine does not run; empty if it does
     */
    public static Optional<Throwable> startOnnxRuntime(int threads) {
        silenceTelemetry();
        // DJL reads the property once, in the constructor of its engine; afterwards it would only mislead.
        boolean ours = System.getProperty(THREADS) == null;
        if (ours) {
            System.setProperty(THREADS, Integer.toString(threads));
        }
        try {
            Engine.getEngine(DjlRuntimes.ONNX_RUNTIME);
            return Optional.empty();
        } catch (RuntimeException | LinkageError e) {
            return Optional.of(ErrorText.rootOf(e));
        } finally {
            if (ours) {
                System.clearProperty(THREADS);
            }
        }
    }

    static void silenceTelemetry() {
        setUnlessSet(NO_TELEMETRY);
    }

    /** Keeps DJL from downloading and from calling home. */
    static void stayOffline() {
        silenceTelemetry();
        setUnlessSet(OFFLINE);
    }

    private static void setUnlessSet(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, "true");
        }
    }
}
