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
import java.util.OptionalInt;

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

    /** Larger models are not kept in memory twice. */
    private static final long MOST_BYTES_TWICE = 64L << 20;

    private final OnnxEnvironment environment;
    private final EngineOptions options;

    SessionLoader(OnnxEnvironment environment, EngineOptions options) {
        this.environment = environment;
        this.options = options;
    }

    /**
     * Opens a model.
     *
     * <p>Twice, where that helps: one session shares the work of a run among the threads that the options tell, which makes a run
     * alone fast; in the other each run stays in its caller's thread. Where several runs go on at once, threads that help with every
     * one of them only get into each other's way: on 2 processors, runs of the second kind got 1.2 times as much done. It helps
     * nothing where the user asked for a certain number of threads, and is not done where bit-identical results are wanted, or
     * memory would tell.
     */
    Sessions open(VettedModel model) {
        Optional<Path> file = fileToOpen(model);
        if (file.isPresent()) {
            String path = file.get().toString();
            return open(
                    model,
                    ExternalWeights.none(),
                    target -> environment.runtime().createSession(path, target));
        }
        byte[] suffix = model.optionalOutputs().isEmpty() ? NO_SUFFIX : OptionalOutputs.suffix(model);
        try (ScratchMemory bytes = ModelBytes.read(model.source(), suffix)) {
            ExternalWeights weights =
                    ExternalWeights.of(environment.runtime(), model.source(), model.externalTensors());
            return open(model, weights, target -> fromBytes(bytes.buffer(), weights, target));
        }
    }

    private OrtSession fromBytes(ByteBuffer bytes, ExternalWeights weights, SessionOptions target) throws OrtException {
        target.addConfigEntry(EXTERNAL_FOLDER, NOWHERE);
        weights.addTo(target);
        return environment.runtime().createSession(bytes, target);
    }

    private Sessions open(VettedModel model, ExternalWeights weights, Sessions.Opener opener) {
        Sessions sessions = new Sessions(weights);
        try {
            sessions.add(configured(options.threads()), opener);
            if (helpsToOpenTwice(model)) {
                sessions.add(configured(OptionalInt.of(1)), opener);
            }
            return sessions;
        } catch (OrtException e) {
            closeAfter(e, sessions);
            throw refused(model.source(), e);
        } catch (RuntimeException | Error e) {
            closeAfter(e, sessions);
            throw e;
        }
    }

    private boolean helpsToOpenTwice(VettedModel model) {
        return Runtime.getRuntime().availableProcessors() > 1
                && options.threads().isEmpty()
                && !options.deterministic()
                && WeightBytes.of(model, 1).orElse(Long.MAX_VALUE) <= MOST_BYTES_TWICE;
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

    private SessionOptions configured(OptionalInt threads) throws OrtException {
        SessionOptions target = new SessionOptions();
        try {
            configure(target, options, threads, environment.sharesThreads());
            return target;
        } catch (OrtException e) {
            target.close();
            throw e;
        }
    }

    static void configure(SessionOptions target, EngineOptions options, OptionalInt threads, boolean sharesThreads)
            throws OrtException {
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
        if (threads.isEmpty() && sharesThreads) {
            target.disablePerSessionThreads();
        } else {
            target.setIntraOpNumThreads(
                    threads.orElseGet(() -> Runtime.getRuntime().availableProcessors()));
            target.addConfigEntry(SPINNING, "0");
        }
    }

    private static void closeAfter(Throwable failure, Sessions sessions) {
        try {
            sessions.close();
        } catch (OrtException | RuntimeException e) {
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
