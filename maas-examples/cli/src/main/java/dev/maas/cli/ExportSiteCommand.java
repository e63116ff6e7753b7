package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.examples.terminal.ByteText;
import dev.maas.registry.ExportOptions;
import dev.maas.registry.ExportReport;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.seal.Signer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Exports a registry for readers behind a web server. */
@Command(
        name = "export-site",
        description =
                "Export the registry to a folder that any web server can show, for readers with -r https://...; again to"
                        + " copy what is new and to renew its head, which must be done before that is over.")
final class ExportSiteCommand extends RegistryCommand {
    @Parameters(paramLabel = "FOLDER", description = "The folder; one of an earlier export, or a new one.")
    Path folder = Path.of("");

    @Option(
            names = "--valid-for",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "7d",
            description = "For how long readers believe the head, such as 36h or 7d. Default: ${DEFAULT-VALUE}.")
    Duration validity = Duration.ZERO;

    @Mixin
    final SigningKey key = new SigningKey();

    ExportSiteCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        ExportOptions options = ExportOptions.defaults().validFor(validity);
        Optional<Signer> signer = key.signer();
        ExportOptions sealing = signer.map(options::sealWith).orElse(options);
        ExportReport report;
        try (ManagedRegistry opened = registry.open(this)) {
            report = opened.export(folder, sealing);
        }
        answer(
                () -> document(report, signer),
                () -> line("Exported " + Words.count(report.models(), "model") + " to " + folder + ": "
                        + Words.count(report.objects(), "new object") + ", " + ByteText.of(report.bytes())
                        + "; its head is " + (signer.isPresent() ? "sealed" : "not sealed") + ", and over at "
                        + VersionText.time(report.expires()) + " UTC"));
        return 0;
    }

    private JsonObject document(ExportReport report, Optional<Signer> signer) {
        JsonObject document = new JsonObject();
        document.addProperty("folder", folder.toString());
        document.addProperty("models", report.models());
        document.addProperty("newObjects", report.objects());
        document.addProperty("newBytes", report.bytes());
        document.addProperty("head", report.sequence());
        document.addProperty("expires", report.expires().toString());
        document.add("sealedBy", JsonText.orNull(signer.map(Signer::fingerprint).orElse(null)));
        return document;
    }
}
