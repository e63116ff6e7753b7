package dev.maas.engine.djl;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import dev.maas.InvalidInputException;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.ErrorText;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.Signature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** DJL, which starts one of its own engines when the first model needs it. */
final class DjlEngine implements Engine {
    private final EngineOptions options;

    DjlEngine(EngineOptions options) {
        this.options = options;
    }

    @Override
    public String name() {
        return DjlEngineProvider.NAME;
    }

    @Override
    public String version() {
        return ai.djl.engine.Engine.getDjlVersion();
    }

    @Override
    public LoadedModel load(VettedModel vetted) {
        String runtime = DjlRuntimes.forFile(vetted.source().entry());
        Signature signature = DjlLimits.requireCarried(vetted, runtime);
        Map<String, String> settings = settings(runtime);
        start(runtime);
        // The name is not used to find files: the file is given.
        Model model = Model.newInstance("model", Device.cpu(), runtime);
        try {
            read(model, vetted, settings);
            return new DjlModel(model, signature);
        } catch (IOException | MalformedModelException | RuntimeException e) {
            closeAfter(e, model);
            if (e instanceof ModelLoadException refused) {
                throw refused;
            }
            throw new ModelLoadException(
                    "The model '" + vetted.source().entry() + "' cannot be loaded by DJL's engine " + runtime + ": "
                            + ErrorText.of(ErrorText.rootOf(e), folders(vetted.source())),
                    e);
        }
    }

    private static void start(String runtime) {
        Optional<Throwable> failure = DjlRuntimes.start(runtime);
        if (failure.isEmpty()) {
            return;
        }
        String reason = ErrorText.of(failure.get(), List.of());
        String remedy = runtime.equals(DjlRuntimes.ONNX_RUNTIME)
                ? ". DJL insists on creating ONNX Runtime's environment, of which a JVM has one; if the application uses ONNX Runtime "
                        + "itself, start DJL or maas before that, or use the engine 'onnxruntime'"
                : ". Add its native library for this machine to the class path";
        throw new ModelLoadException("DJL's engine " + runtime + " does not start: " + reason + remedy, failure.get());
    }

    /** The options in DJL's words, which it takes as text. */
    private Map<String, String> settings(String runtime) {
        Map<String, String> settings = new TreeMap<>();
        if (runtime.equals(DjlRuntimes.ONNX_RUNTIME)) {
            options.threads()
                    .ifPresentOrElse(
                            count -> settings.put("intraOpNumThreads", Integer.toString(count)),
                            () -> settings.put("disablePerSessionThreads", "true"));
            settings.put(
                    "optLevel",
                    switch (options.optimization()) {
                        case NONE -> "NO_OPT";
                        case BASIC -> "BASIC_OPT";
                        case EXTENDED -> "EXTENDED_OPT";
                        case ALL -> "ALL_OPT";
                    });
        } else if (!options.equals(EngineOptions.defaults())) {
            throw new InvalidInputException("DJL's engine " + runtime + " takes no options from the engine 'djl'; got "
                    + options + ". Use the defaults");
        }
        return settings;
    }

    /**
     * Reads one file, by DJL's own loader for it. Never by {@code Criteria} or a folder: there DJL runs the classes that it finds.
     */
    private static void read(Model model, VettedModel vetted, Map<String, String> settings)
            throws IOException, MalformedModelException {
        ModelSource source = vetted.source();
        Optional<Path> file = vetted.externalTensors().isEmpty()
                ? source.path(source.entry())
                : source.folder().map(folder -> folder.resolve(source.entry()));
        if (file.isPresent()) {
            model.load(file.get().toAbsolutePath(), null, settings);
        } else if (vetted.externalTensors().isEmpty()) {
            try (InputStream stream = source.open(source.entry())) {
                model.load(stream, settings);
            }
        } else {
            throw new ModelLoadException(
                    "The model '" + source.entry() + "' has weights in other files, for which DJL needs a folder. "
                            + "Put them into one, or use the engine 'onnxruntime'");
        }
    }

    private static List<Path> folders(ModelSource source) {
        return source.path(source.entry())
                .map(Path::toAbsolutePath)
                .map(Path::getParent)
                .map(List::of)
                .orElse(List.of());
    }

    private static void closeAfter(Exception failure, Model model) {
        try {
            model.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        // DJL's engines live as long as the JVM.
    }
}
