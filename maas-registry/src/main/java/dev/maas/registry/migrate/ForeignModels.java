package dev.maas.registry.migrate;

import dev.maas.ModelInspector;
import dev.maas.ModelPackage;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Models that another system keeps in folders, as packages to publish, in order.
 *
 * <pre>{@code
 * ForeignModels models = ForeignModels.triton(Path.of("/srv/triton"));
 * models.notes().forEach(System.out::println);
 * models.packages().forEach(registry::publish);
 * }</pre>
 *
 * <p>A package is immutable and can be changed before it is published, such as by {@link ModelPackage#name} or {@link ModelPackage#alias}. The
 * registry numbers versions itself; the number that a version had before is its property {@code origin.version}. Nothing is fetched, and
 * nothing that is found is run: pickles and programs are left out, and a note says so. Links are refused, but for those by which a Hugging
 * Face cache leads to its own blobs.
 *
 * <p>Immutable and safe for use by any thread. Reading blocks on the disk; the files themselves are read when a package is published. All
 * factories throw {@link dev.maas.ModelLoadException} where a folder does not have the layout, or has a model that no engine reads; the message says
 * what was expected.
 *
 * @param packages the packages, to be published in this order
 * @param notes what was left out or changed on the way
 */
public record ForeignModels(List<ModelPackage> packages, List<String> notes) {
    /** Copies the lists. */
    public ForeignModels {
        packages = List.copyOf(packages);
        notes = List.copyOf(notes);
    }

    /**
     * Reads a repository of Triton's: a folder for each model, in which are {@code config.pbtxt} and a folder for each version with
     * {@code model.onnx}. Labels become columns of their output, and the parameters of the configuration properties. A folder of one model
     * will do too.
     */
    public static ForeignModels triton(Path repository) {
        return new NumberedFolders(repository, "").read();
    }

    /**
     * Reads a repository of TensorFlow Serving's, in which a version is a folder with a {@code saved_model.pb}. No engine that comes with
     * maas reads one: name the engine that does, such as {@code djl}, and give each package its signature before it is published.
     *
     * @param engine the name of the engine
     */
    public static ForeignModels tensorFlowServing(Path repository, String engine) {
        return new NumberedFolders(repository, engine).read();
    }

    /**
     * Reads a folder of MLflow's, with an {@code MLmodel} that has the flavor {@code onnx}. Its signature is held against that of the model;
     * names of columns become columns of the input. The run and the time become properties, and the run the producer in the lineage.
     *
     * <p>Needs {@code org.snakeyaml:snakeyaml-engine} on the class path.
     *
     * @param name the name of the model in the registry, which the folder does not tell
     */
    public static ForeignModels mlflow(Path folder, String name) {
        return mlflow(folder, name, inspectors());
    }

    static ForeignModels mlflow(Path folder, String name, List<ModelInspector> inspectors) {
        return new MlflowFolder(folder, name, inspectors).read();
    }

    /**
     * Reads one model in a cache of Hugging Face's hub: a folder such as {@code models--org--name}, with {@code refs}, {@code snapshots} and
     * {@code blobs}. The snapshot of the branch is taken; its commit is the code revision in the lineage.
     *
     * @param branch such as {@code main}
     */
    public static ForeignModels huggingFace(Path folder, String branch) {
        return new HuggingFaceCache(folder, branch).read();
    }

    private static List<ModelInspector> inspectors() {
        return ServiceLoader.load(ModelInspector.class, ModelInspector.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
