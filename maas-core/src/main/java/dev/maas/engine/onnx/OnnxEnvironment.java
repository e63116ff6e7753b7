package dev.maas.engine.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEnvironment.ThreadingOptions;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.maas.engine.djl.DjlStartup;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's environment, of which a JVM has one and never another.
 *
 * <p>Whoever comes first creates it: DJL's engine, which fails if there is one already, the application with its own sessions, or
 * maas. So maas lets DJL create it where DJL is on the class path, creates it itself otherwise, and takes the one that exists where
 * it came late. The first two have one pool of threads for all sessions; in the third case a trial session finds out.
 *
 * @param runtime the environment
 * @param sharesThreads whether it has a pool of threads for all sessions
 */
record OnnxEnvironment(OrtEnvironment runtime, boolean sharesThreads) {
    private static final Logger LOGGER = LoggerFactory.getLogger(OnnxEnvironment.class);

    static OnnxEnvironment acquire() {
        int threads = Runtime.getRuntime().availableProcessors();
        if (DjlStartup.hasOnnxRuntime()) {
            DjlStartup.startOnnxRuntime(threads)
                    .ifPresent(reason -> LOGGER.debug(
                            "DJL's ONNX Runtime engine does not start; the engine 'onnxruntime' does without it",
                            reason));
        }
        try {
            return new OnnxEnvironment(create(threads), true);
        } catch (IllegalStateException alreadyThere) {
            OrtEnvironment runtime = OrtEnvironment.getEnvironment();
            return new OnnxEnvironment(runtime, sharesThreads(runtime));
        }
    }

    /**
     * Creates the environment.
     *
     * @throws IllegalStateException if there is one
     */
    private static OrtEnvironment create(int threads) {
        try (ThreadingOptions options = new ThreadingOptions()) {
            options.setGlobalIntraOpNumThreads(threads);
            // Spinning threads take the processor from the callers' own threads, which do most of the work here.
            options.setGlobalSpinControl(false);
            return OrtEnvironment.getEnvironment(
                    OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, OrtEnvironment.DEFAULT_NAME, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime refuses " + threads + " threads", e);
        }
    }

    /** Tries a session without threads of its own, which only an environment with a common pool allows. */
    private static boolean sharesThreads(OrtEnvironment runtime) {
        OnnxProto graph = new OnnxProto()
                .message(1, OnnxProto.node("", "Identity", List.of("x"), List.of("y")))
                .message(11, OnnxProto.value("x", OnnxProto.INT64))
                .message(12, OnnxProto.value("y", OnnxProto.INT64));
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.disablePerSessionThreads();
            try (OrtSession session = runtime.createSession(OnnxProto.model(graph), options)) {
                return session.getNumInputs() == 1;
            }
        } catch (OrtException e) {
            LOGGER.debug("ONNX Runtime's environment has no threads to share; each model gets its own", e);
            return false;
        }
    }

    String version() {
        return runtime.getVersion();
    }
}
