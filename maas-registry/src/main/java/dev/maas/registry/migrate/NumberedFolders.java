package dev.maas.registry.migrate;

import dev.maas.ModelLoadException;
import dev.maas.ModelMetadata;
import dev.maas.ModelPackage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Reads folders of models, in each of which a version is a folder with a number for a name. Used by one thread. */
final class NumberedFolders {
    private static final String EXPECTED = "a folder for each model, with a folder such as '1' for each version in it";
    private static final String CONFIG = "config.pbtxt";
    private static final String ONNX = "model.onnx";
    private static final String SAVED_MODEL = "saved_model.pb";

    private final Folder repository;
    private final String engine;
    private final List<ModelPackage> packages = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final TreeSet<String> names = new TreeSet<>();

    /**
     * Reads a repository.
     *
     * @param engine the engine that reads a SavedModel; empty for none
     */
    NumberedFolders(Path repository, String engine) {
        this.repository = Folder.of(repository, EXPECTED);
        this.engine = engine;
    }

    ForeignModels read() {
        if (!versions(repository).isEmpty()) {
            addModel(repository);
        } else {
            for (Path child : repository.children()) {
                Optional<Folder> model = repository.folder(Folder.shown(child));
                if (model.isPresent() && !versions(model.get()).isEmpty()) {
                    addModel(model.get());
                } else {
                    notes.add("'" + Folder.shown(child) + "' is left out: it is no folder with numbered versions");
                }
            }
        }
        if (packages.isEmpty()) {
            throw new ModelLoadException("No model in the folder '" + repository.name() + "': expected " + EXPECTED);
        }
        return new ForeignModels(packages, notes);
    }

    private static List<Folder> versions(Folder model) {
        return model.folders().stream()
                .filter(folder -> folder.name().matches("[0-9]{1,18}"))
                .sorted(Comparator.comparingLong(folder -> Long.parseLong(folder.name())))
                .toList();
    }

    private void addModel(Folder model) {
        String name = Folder.modelName(model.name(), notes);
        if (!names.add(name)) {
            throw new ModelLoadException("Two models would be named '" + name + "'. Rename one of the folders");
        }
        TextProto config = model.file(CONFIG)
                .map(file -> TextProto.read(Folder.text(file), model.name() + "/" + CONFIG))
                .orElseGet(() -> TextProto.read("", CONFIG));
        if (config.has("version_policy")) {
            notes.add("'" + name + "': the version policy is passed over; which version serves, aliases say");
        }
        ModelMetadata metadata = metadata(model, config);
        for (Folder version : versions(model)) {
            add(name, version, config, metadata);
        }
    }

    private void add(String name, Folder version, TextProto config, ModelMetadata metadata) {
        String shown = "version " + version.name() + " of '" + name + "'";
        Map<String, Path> files = new LinkedHashMap<>();
        String entry;
        boolean savedModel = version.file(SAVED_MODEL).isPresent()
                || version.folder("model.savedmodel").isPresent();
        if (savedModel) {
            if (engine.isEmpty()) {
                throw new ModelLoadException("The " + shown + " is a SavedModel of TensorFlow, which no engine here"
                        + " reads. Convert it by tf2onnx, or read the repository by ForeignModels.tensorFlowServing"
                        + " with the name of an engine that does, such as djl");
            }
            Folder folder = version.folder("model.savedmodel").orElse(version);
            entry = SAVED_MODEL;
            pickAll(folder, "", files);
        } else {
            requireOnnx(shown, config);
            String file = config.text("default_model_filename").orElse(ONNX);
            // A model with external data is a folder of that name.
            Folder folder = version.folder(file).orElse(version);
            entry = version.folder(file).isPresent() ? ONNX : file;
            pick(folder, files, shown);
        }
        if (!files.containsKey(entry)) {
            throw new ModelLoadException("The " + shown + " has no '" + entry + "': expected an ONNX model of that name"
                    + " in the folder '" + version.name() + "'");
        }
        ModelPackage versioned = ModelPackage.of(new PickedFiles(entry, files))
                .name(name)
                .metadata(metadata)
                .property("origin.version", version.name());
        packages.add(savedModel ? versioned.engine(engine) : versioned);
    }

    private static void requireOnnx(String shown, TextProto config) {
        String platform =
                config.text("platform").or(() -> config.text("backend")).orElse("onnxruntime");
        if (!platform.startsWith("onnxruntime")) {
            throw new ModelLoadException("The " + shown + " is for '" + platform.replaceAll("\\p{C}", "?")
                    + "'; expected onnxruntime, since only ONNX models are read from Triton's repositories");
        }
    }

    private void pick(Folder folder, Map<String, Path> files, String shown) {
        for (Path child : folder.children()) {
            String file = Folder.shown(child);
            if (Folder.isPlain(child) && !Folder.isForeign(file)) {
                files.put(file, child);
            } else {
                notes.add("'" + file + "' in the " + shown + " is left out: it is a folder, a link, or may be code");
            }
        }
    }

    private void pickAll(Folder folder, String prefix, Map<String, Path> files) {
        for (Path child : folder.children()) {
            String file = prefix + Folder.shown(child);
            Optional<Folder> inner = folder.folder(Folder.shown(child));
            if (inner.isPresent()) {
                pickAll(inner.get(), file + "/", files);
            } else if (Folder.isPlain(child) && !Folder.isForeign(file)) {
                files.put(file, child);
            } else {
                notes.add("'" + file + "' is left out: it is a link, or may be code");
            }
        }
    }

    private ModelMetadata metadata(Folder model, TextProto config) {
        ModelMetadata.Builder metadata =
                ModelMetadata.builder().property("origin", engine.isEmpty() ? "triton" : "tensorflow-serving");
        for (TextProto parameter : config.messages("parameters")) {
            Optional<String> key = parameter.text("key");
            Optional<String> value =
                    parameter.messages("value").stream().findFirst().flatMap(inner -> inner.text("string_value"));
            if (key.isPresent() && value.isPresent()) {
                metadata.property("triton." + key.get(), value.get());
            }
        }
        for (TextProto output : config.messages("output")) {
            Optional<String> tensor = output.text("name");
            Optional<String> labels = output.text("label_filename").filter(file -> !file.isEmpty());
            if (tensor.isPresent() && labels.isPresent()) {
                metadata.columns(tensor.get(), labels(model, labels.get()));
            }
        }
        return metadata.build();
    }

    private static List<String> labels(Folder model, String file) {
        // A name with a part of its own could lead anywhere.
        Optional<Path> found = file.matches("[^/\\\\]+") ? model.file(file) : Optional.empty();
        Path labels = found.orElseThrow(() -> new ModelLoadException("The labels '" + file.replaceAll("\\p{C}", "?")
                + "' of '" + model.name() + "' are not in its folder: expected a plain file beside config.pbtxt"));
        return Folder.text(labels)
                .lines()
                .filter(line -> !line.isBlank())
                .map(String::strip)
                .toList();
    }
}
