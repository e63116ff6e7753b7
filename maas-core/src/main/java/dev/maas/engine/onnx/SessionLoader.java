package dev.maas.engine.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.ErrorText;
import dev.maas.engine.VettedModel;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Opens sessions, so that the runtime reads what was vetted and nothing else.
 *
 * <p>It reads a file by itself where the model needs no other file, or where its folder holds exactly the model's files. Otherwise it
 * gets the entry's bytes and each weight that lies elsewhere. Given bytes, it would look for other files in the working directory; it
 * is told of a folder that does not exist instead.
 */
final class SessionLoader {
    private static final String EXTERNAL_FOLDER = "session.model_external_initializers_file_folder_path";
    private static final String NOWHERE = "no-such-folder-of-maas";
    private static final String SPINNING = "session.intra_op.allow_spinning";
    private static final byte[] NO_SUFFIX = {};

    private final OnnxEnvironment environment;
    private final EngineOptions options;

    SessionLoader(OnnxEnvironment environment, EngineOptions options) {
        this.environment = environment;
        this.options = options;
    }

    /** A session, and what must outlive it. */
    record Opened(OrtSession session, SessionOptions options, ExternalWeights weights) {
        void close() throws OrtException {
            try (weights;
                    options) {
                session.close();
            }
        }
    }

    Opened open(VettedModel model) {
        ModelSource source = model.source();
        Optional<Path> file = fileToOpen(model);
        ExternalWeights weights = file.isPresent()
                ? ExternalWeights.none()
                : ExternalWeights.of(environment.runtime(), source, model.externalTensors());
        SessionOptions sessionOptions = new SessionOptions();
        try {
            configure(sessionOptions, options, environment.sharesThreads());
            OrtSession session = file.isPresent()
                    ? environment.runtime().createSession(file.get().toString(), sessionOptions)
                    : fromBytes(model, weights, sessionOptions);
            return new Opened(session, sessionOptions, weights);
        } catch (OrtException e) {
            closeAfter(e, sessionOptions, weights);
            throw refused(source, e);
        } catch (RuntimeException e) {
            closeAfter(e, sessionOptions, weights);
            throw e;
        }
    }

    /** The file that the runtime may open by itself, with those beside it. */
    private static Optional<Path> fileToOpen(VettedModel model) {
        ModelSource source = model.source();
        if (!model.optionalOutputs().isEmpty()) {
            return Optional.empty();
        }
        return model.externalTensors().isEmpty()
                ? source.path(source.entry())
                : source.folder().map(folder -> folder.resolve(source.entry()));
    }

    private OrtSession fromBytes(VettedModel model, ExternalWeights weights, SessionOptions sessionOptions)
            throws OrtException {
        sessionOptions.addConfigEntry(EXTERNAL_FOLDER, NOWHERE);
        weights.addTo(sessionOptions);
        byte[] suffix = model.optionalOutputs().isEmpty() ? NO_SUFFIX : OptionalOutputs.suffix(model);
        ByteBuffer bytes = ModelBytes.read(model.source(), suffix);
        try {
            return environment.runtime().createSession(bytes, sessionOptions);
        } finally {
            ModelBytes.wipe(bytes);
        }
    }

    static void configure(SessionOptions target, EngineOptions options, boolean sharesThreads) throws OrtException {
        target.setOptimizationLevel(
                switch (options.optimization()) {
                    case NONE -> SessionOptions.OptLevel.NO_OPT;
                    case BASIC -> SessionOptions.OptLevel.BASIC_OPT;
                    case EXTENDED -> SessionOptions.OptLevel.EXTENDED_OPT;
                    case ALL -> SessionOptions.OptLevel.ALL_OPT;
                });
        target.setCPUArenaAllocator(options.memoryArena());
        target.setMemoryPatternOptimization(options.memoryPattern());
        target.setDeterministicCompute(options.deterministic());
        // What goes wrong reaches the caller as an exception; the runtime would print it to standard error as well.
        target.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        if (options.threads().isEmpty() && sharesThreads) {
            target.disablePerSessionThreads();
        } else {
            target.setIntraOpNumThreads(
                    options.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors()));
            target.addConfigEntry(SPINNING, "0");
        }
    }

    private static void closeAfter(Exception failure, SessionOptions options, ExternalWeights weights) {
        try (weights) {
            options.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static ModelLoadException refused(ModelSource source, OrtException cause) {
        return new ModelLoadException(
                "The model '" + source.entry() + "' cannot be loaded: " + ErrorText.of(cause, folders(source)), cause);
    }

    private static List<Path> folders(ModelSource source) {
        return source.folder()
                .or(() -> source.path(source.entry()).map(Path::toAbsolutePath).map(Path::getParent))
                .map(List::of)
                .orElse(List.of());
    }
}
