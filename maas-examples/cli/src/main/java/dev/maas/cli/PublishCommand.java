package dev.maas.cli;

import dev.maas.Lineage;
import dev.maas.ModelPackage;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.examples.terminal.ByteText;
import dev.maas.examples.terminal.TransferBar;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import dev.maas.registry.seal.Signer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a file or folder as the next version of a model. */
@Command(
        name = "publish",
        description = "Publish a model's file, or a folder with its files, as the next version of a model.")
final class PublishCommand extends RegistryCommand {
    @Parameters(index = "0", paramLabel = "NAME", converter = RefConverter.class, description = "The model's name.")
    ModelRef model = ModelRef.of("model");

    @Parameters(
            index = "1",
            paramLabel = "PATH",
            description = "The model's file, or a folder with a model.onnx in it.")
    Path path = Path.of("");

    @Mixin
    final Orders orders = new Orders();

    @Mixin
    final SigningKey key = new SigningKey();

    @Mixin
    final LimitsChoice limits = new LimitsChoice();

    @Option(names = "--signature", paramLabel = "FILE", description = DeclaredSignature.DESCRIPTION)
    @Nullable
    Path signature;

    @Option(
            names = {"-a", "--alias"},
            paramLabel = "ALIAS",
            description = "An alias to move to the new version, in the same commit.")
    List<String> aliases = new ArrayList<>();

    @Option(
            names = {"-d", "--description"},
            paramLabel = "TEXT",
            description = "What the model is for.")
    String description = "";

    @Option(
            names = {"-t", "--tag"},
            paramLabel = "TAG",
            description = "A tag.")
    List<String> tags = new ArrayList<>();

    @Option(
            names = {"-p", "--property"},
            paramLabel = "KEY=VALUE",
            description = "A property of your own.")
    Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = {"-c", "--columns"},
            paramLabel = "TENSOR=NAME,NAME...",
            description = "The names of an input's columns, or of an output's scores.")
    Map<String, String> columns = new LinkedHashMap<>();

    @Option(names = "--semantic-version", paramLabel = "VERSION", description = "A semantic version, such as 1.4.2.")
    @Nullable
    String semanticVersion;

    @Option(names = "--engine", paramLabel = "NAME", description = "The engine that must load it.")
    @Nullable
    String engine;

    @Option(names = "--data-digest", paramLabel = "DIGEST", description = "Lineage: the digest of the training data.")
    @Nullable
    String dataDigest;

    @Option(names = "--parent", paramLabel = "N", description = "Lineage: the version that this one was made from.")
    @Nullable
    Integer parent;

    @Option(names = "--code", paramLabel = "REVISION", description = "Lineage: the revision of the training code.")
    @Nullable
    String code;

    @Option(names = "--producer", paramLabel = "NAME", description = "Lineage: the program or person that made it.")
    @Nullable
    String producer;

    @Option(names = "--metric", paramLabel = "NAME=VALUE", description = "Lineage: a measure of quality.")
    Map<String, Double> metrics = new LinkedHashMap<>();

    PublishCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        String name = requireNameOnly(model);
        Optional<Signer> signer = key.signer();
        ModelSource files = ModelSource.of(path);
        ModelVersion version;
        try (ManagedRegistry opened = registry.openOrMake(this, options -> options(options, signer));
                TransferBar bar = side().transfer("Reading " + name)) {
            version =
                    opened.publish(describe(ModelPackage.of(watched(files, bar)).name(name)));
        }
        answer(
                () -> VersionJson.version(version, aliases),
                () -> line("Published " + version.ref() + (aliases.isEmpty() ? "" : " as " + VersionText.join(aliases))
                        + "  " + ByteText.of(version.byteSize()) + "  " + VersionText.digest(version.digest())));
        return 0;
    }

    private RegistryOptions options(RegistryOptions options, Optional<Signer> signer) {
        RegistryOptions named = orders.who().map(options::who).orElse(options);
        RegistryOptions signing = signer.map(named::signWith).orElse(named);
        return registry.encrypting(limits.on(signing));
    }

    /** Shows how files are read to find their digests, or to encrypt them; from then on, how they are moved is shown. */
    private static ModelSource watched(ModelSource files, TransferBar bar) {
        return new WatchedSource(files, bytes(files), (done, total) -> {
            bar.moved(done, total);
            if (done == total) {
                bar.close();
            }
        });
    }

    private static long bytes(ModelSource files) {
        long bytes = 0;
        try {
            for (String file : files.files()) {
                bytes += files.size(file);
            }
        } catch (IOException e) {
            throw new CommandException("The model's files cannot be read", e);
        }
        return bytes;
    }

    private ModelPackage describe(ModelPackage bare) {
        ModelPackage described = bare.lineage(lineage());
        if (!description.isEmpty()) {
            described = described.description(description);
        }
        for (String alias : aliases) {
            described = described.alias(alias);
        }
        for (String tag : tags) {
            described = described.tag(tag);
        }
        for (Map.Entry<String, String> property : properties.entrySet()) {
            described = described.property(property.getKey(), property.getValue());
        }
        for (Map.Entry<String, String> column : columns.entrySet()) {
            described =
                    described.columns(column.getKey(), List.of(column.getValue().split(",", -1)));
        }
        if (semanticVersion != null) {
            described = described.semanticVersion(semanticVersion);
        }
        if (signature != null) {
            described = described.signature(DeclaredSignature.read(signature));
        }
        return engine == null ? described : described.engine(engine);
    }

    private Lineage lineage() {
        Lineage lineage = Lineage.unknown();
        lineage = dataDigest == null ? lineage : lineage.withDataDigest(dataDigest);
        lineage = parent == null ? lineage : lineage.withParentVersion(parent);
        lineage = code == null ? lineage : lineage.withCodeRevision(code);
        lineage = producer == null ? lineage : lineage.withProducer(producer);
        for (Map.Entry<String, Double> metric : metrics.entrySet()) {
            lineage = lineage.withMetric(metric.getKey(), metric.getValue());
        }
        return lineage;
    }
}
