package dev.maas.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.ModelPackage;
import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.gate.OnnxInspector;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import dev.maas.registry.migrate.ForeignModels;
import dev.maas.registry.seal.Signer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes what another system keeps in a folder. */
@Command(
        name = "migrate",
        description =
                "Publish the models that another system keeps in a folder, each of its versions as the next one here. Nothing"
                        + " is fetched, and nothing that is found is run. All of it is looked at before any of it is"
                        + " published.")
final class MigrateCommand extends RegistryCommand {
    @Parameters(
            index = "0",
            paramLabel = "triton|tf-serving|mlflow|huggingface",
            converter = ForeignSystem.Converter.class,
            completionCandidates = ForeignSystem.Candidates.class,
            description = "Whose folder it is. TensorFlow Serving's with ONNX files are read as triton.")
    ForeignSystem system = ForeignSystem.TRITON;

    @Parameters(
            index = "1",
            paramLabel = "FOLDER",
            description =
                    "The folder: a model repository, a folder with an MLmodel, or models--org--name of a Hugging Face"
                            + " cache.")
    Path folder = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            converter = RefConverter.class,
            description = "The model's name here; needed for mlflow, whose folder does not tell it.")
    @Nullable
    ModelRef name;

    @Option(
            names = "--branch",
            paramLabel = "NAME",
            defaultValue = "main",
            description = "For huggingface, the branch whose snapshot is taken. Default: ${DEFAULT-VALUE}.")
    String branch = "main";

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            defaultValue = "djl",
            description = "For tf-serving, the engine that reads SavedModels. Default: ${DEFAULT-VALUE}.")
    String engine = "djl";

    @Option(names = "--signature", paramLabel = "FILE", description = DeclaredSignature.DESCRIPTION)
    @Nullable
    Path signature;

    @Option(
            names = {"-a", "--alias"},
            paramLabel = "ALIAS",
            description = "An alias to move to the last version of each model.")
    List<String> aliases = new ArrayList<>();

    @Option(
            names = {"-t", "--tag"},
            paramLabel = "TAG",
            description = "A tag for all versions.")
    List<String> tags = new ArrayList<>();

    @Option(
            names = {"-n", "--dry-run"},
            description = "Only say what would be published.")
    boolean dryRun;

    @Mixin
    final Orders orders = new Orders();

    @Mixin
    final SigningKey key = new SigningKey();

    @Mixin
    final LimitsChoice limits = new LimitsChoice();

    MigrateCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        ForeignModels found = found();
        List<ModelPackage> packages = described(found.packages());
        packages.forEach(MigrateCommand::requireReadable);
        Optional<Signer> signer = key.signer();
        List<ModelVersion> versions = new ArrayList<>();
        if (!json) {
            found.notes().forEach(note -> line("Note: " + VersionText.printable(note)));
        }
        if (dryRun) {
            answer(() -> document(found, packages, versions), () -> tellPlan(packages));
            return 0;
        }
        try (ManagedRegistry opened = registry.openOrMake(this, options -> options(options, signer))) {
            for (ModelPackage each : packages) {
                ModelVersion version = opened.publish(each);
                versions.add(version);
                if (!json) {
                    line("Published " + version.ref() + origin(each));
                }
            }
        }
        if (json) {
            shell.print(document(found, packages, versions));
        }
        return 0;
    }

    private ForeignModels found() {
        return switch (system) {
            case TRITON -> ForeignModels.triton(folder);
            case TF_SERVING -> ForeignModels.tensorFlowServing(folder, engine);
            case MLFLOW -> ForeignModels.mlflow(folder, requireNameOnly(requireName()));
            case HUGGINGFACE -> ForeignModels.huggingFace(folder, branch);
        };
    }

    private ModelRef requireName() {
        return Optional.ofNullable(name)
                .orElseThrow(() -> new UsageException(
                        "What is the model to be called? Its folder does not tell: --name NAME does"));
    }

    private RegistryOptions options(RegistryOptions options, Optional<Signer> signer) {
        RegistryOptions named = orders.who().map(options::who).orElse(options);
        return registry.encrypting(limits.on(signer.map(named::signWith).orElse(named)));
    }

    private List<ModelPackage> described(List<ModelPackage> packages) {
        Set<String> names = new HashSet<>();
        Map<String, Integer> last = new HashMap<>();
        for (int i = 0; i < packages.size(); i++) {
            names.add(packages.get(i).name());
            last.put(packages.get(i).name(), i);
        }
        if (name != null && names.size() > 1) {
            throw new UsageException("The folder has " + names.size()
                    + " models, and --name is the name of one; name the" + " folder of that model");
        }
        List<ModelPackage> described = new ArrayList<>();
        for (int i = 0; i < packages.size(); i++) {
            ModelPackage each = packages.get(i);
            boolean isLast = Integer.valueOf(i).equals(last.get(each.name()));
            described.add(described(each, isLast));
        }
        return described;
    }

    private ModelPackage described(ModelPackage bare, boolean isLast) {
        ModelPackage each = name == null ? bare : bare.name(requireNameOnly(name));
        for (String tag : tags) {
            each = each.tag(tag);
        }
        if (isLast) {
            for (String alias : aliases) {
                each = each.alias(alias);
            }
        }
        return signature == null ? each : each.signature(DeclaredSignature.read(signature));
    }

    /** What cannot be published shows before anything is. */
    private static void requireReadable(ModelPackage each) {
        boolean told = new OnnxInspector().inspect(each.source()).isPresent()
                || each.signature().isPresent();
        if (!told) {
            throw new CommandException("What " + each.name() + origin(each)
                    + " takes and gives cannot be read from its files: say it by --signature FILE");
        }
    }

    private static String origin(ModelPackage each) {
        return Optional.ofNullable(each.metadata().properties().get("origin.version"))
                .map(number -> " from version " + number)
                .orElse("");
    }

    private void tellPlan(List<ModelPackage> packages) {
        packages.forEach(each -> line("Would publish the next version of " + each.name() + origin(each)));
    }

    private JsonObject document(ForeignModels found, List<ModelPackage> packages, List<ModelVersion> versions) {
        JsonObject document = new JsonObject();
        document.addProperty("dryRun", dryRun);
        document.add("notes", VersionJson.texts(found.notes()));
        document.add("packages", VersionJson.list(packages, each -> {
            JsonObject one = new JsonObject();
            one.addProperty("name", each.name());
            one.add("properties", VersionJson.map(each.metadata().properties(), JsonPrimitive::new));
            one.add("aliases", VersionJson.texts(each.aliases()));
            return one;
        }));
        document.add(
                "published",
                VersionJson.texts(versions.stream()
                        .map(version -> version.ref().toString())
                        .toList()));
        return document;
    }
}
