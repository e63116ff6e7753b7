package dev.maas.registry.migrate;

import dev.maas.Lineage;
import dev.maas.ModelInspector;
import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.tensor.Signature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a folder in which MLflow keeps a model. Used by one thread. */
final class MlflowFolder {
    private static final String MLMODEL = "MLmodel";
    private static final Set<String> ENVIRONMENT = Set.of(
            MLMODEL,
            "conda.yaml",
            "python_env.yaml",
            "requirements.txt",
            "registered_model_meta",
            "input_example.json",
            "serving_input_example.json",
            "input_example.npz");

    private final Folder folder;
    private final String name;
    private final List<ModelInspector> inspectors;
    private final List<String> notes = new ArrayList<>();

    MlflowFolder(Path folder, String name, List<ModelInspector> inspectors) {
        this.folder = Folder.of(folder, "a folder with an " + MLMODEL + " in it");
        this.name = name;
        this.inspectors = List.copyOf(inspectors);
    }

    ForeignModels read() {
        Path file = folder.file(MLMODEL)
                .orElseThrow(() -> new ModelLoadException(
                        "No " + MLMODEL + " in the folder '" + folder.name() + "': expected a model of MLflow's"));
        Yaml document = Yaml.read(Folder.text(file), folder.name() + "/" + MLMODEL);
        Path model = model(document);
        PickedFiles files = new PickedFiles(Folder.shown(model), pick(model));
        ModelPackage read = ModelPackage.of(files).name(name).property("origin", "mlflow");
        read = property(read, "origin.version", document.text("model_uuid"));
        read = property(read, "mlflow.run_id", document.text("run_id"));
        read = property(read, "mlflow.utc_time_created", document.text("utc_time_created"));
        read = property(read, "mlflow.version", document.text("mlflow_version"));
        Optional<String> run = document.text("run_id");
        if (run.isPresent()) {
            read = read.lineage(Lineage.unknown().withProducer("mlflow run " + run.get()));
        }
        return new ForeignModels(List.of(signed(read, files, document)), notes);
    }

    private static ModelPackage property(ModelPackage model, String key, Optional<String> value) {
        return value.isPresent() ? model.property(key, value.get()) : model;
    }

    private Path model(Yaml document) {
        Yaml flavors = document.map("flavors").orElseThrow(() -> document.wrong("'flavors'"));
        Yaml onnx = flavors.map("onnx")
                .orElseThrow(() -> new ModelLoadException("The model in '" + folder.name() + "' has the flavors "
                        + flavors.keys() + "; expected onnx. Log it by mlflow.onnx.log_model"));
        String data = onnx.text("data").orElse("model.onnx");
        // A name with a part of its own could lead anywhere.
        Optional<Path> file = data.matches("[^/\\\\]+") ? folder.file(data) : Optional.empty();
        return file.orElseThrow(() -> new ModelLoadException(
                "The flavor onnx of '" + folder.name() + "' names the file '" + data.replaceAll("\\p{C}", "?")
                        + "', which is not in the folder: expected a plain file in it"));
    }

    private Map<String, Path> pick(Path model) {
        Map<String, Path> files = new LinkedHashMap<>();
        for (Path child : folder.children()) {
            String file = Folder.shown(child);
            if (child.equals(model)) {
                files.put(file, child);
            } else if (!Folder.isPlain(child) || Folder.isForeign(file)) {
                notes.add("'" + file + "' is left out: it is a folder, a link, or may be code");
            } else if (ENVIRONMENT.contains(file)) {
                notes.add("'" + file + "' is left out: it is about MLflow's own environment");
            } else {
                files.put(file, child);
            }
        }
        return files;
    }

    /** Holds what MLflow says against the model, and takes over names of columns. */
    private ModelPackage signed(ModelPackage read, PickedFiles files, Yaml document) {
        Optional<Signature> actual = inspectors.stream()
                .map(inspector -> inspector.inspect(files))
                .flatMap(Optional::stream)
                .findFirst();
        Optional<Yaml> given = document.map("signature");
        if (given.isEmpty() || actual.isEmpty()) {
            notes.add(
                    given.isEmpty()
                            ? MLMODEL + " has no signature; that of the model counts"
                            : "The signature in " + MLMODEL
                                    + " was not compared: nothing here reads that of the model");
            return read;
        }
        MlflowSignature signature = new MlflowSignature(folder.name() + "/" + MLMODEL, notes);
        ModelPackage result = read;
        Optional<String> inputs = given.get().text("inputs");
        if (inputs.isPresent()) {
            for (Map.Entry<String, List<String>> columns : signature
                    .compare("input", inputs.get(), actual.get().inputs())
                    .entrySet()) {
                result = result.columns(columns.getKey(), columns.getValue());
            }
        }
        Optional<String> outputs = given.get().text("outputs");
        if (outputs.isPresent()) {
            signature.compare("output", outputs.get(), actual.get().outputs());
        }
        return result;
    }
}
