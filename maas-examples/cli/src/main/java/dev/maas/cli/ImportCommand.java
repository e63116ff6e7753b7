package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.registry.ImportReport;
import dev.maas.registry.ManagedRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes in a model that was exported. */
@Command(
        name = "import",
        description =
                "Take in a model with its history from a file that 'maas export' wrote. Everything in it is verified before"
                        + " anything is written; doing so again changes nothing. 'maas migrate' takes in models of other"
                        + " systems.")
final class ImportCommand extends RegistryCommand {
    @Parameters(paramLabel = "FILE", description = "The file.")
    Path file = Path.of("");

    @Mixin
    final LimitsChoice limits = new LimitsChoice();

    ImportCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        if (!Files.isRegularFile(file)) {
            throw new CommandException("There is no file '" + file + "'; 'maas export NAME FILE' writes one");
        }
        ImportReport report;
        try (ManagedRegistry opened = registry.openOrMake(this, limits::on)) {
            report = opened.importModel(file);
        }
        answer(() -> document(report), () -> tell(report));
        return 0;
    }

    private static JsonObject document(ImportReport report) {
        JsonObject document = new JsonObject();
        document.addProperty("name", report.model());
        document.addProperty("versions", report.versions());
        document.addProperty("entries", report.entries());
        document.addProperty("newEntries", report.newEntries());
        document.addProperty("newBlobs", report.newBlobs());
        document.addProperty("notInspected", report.notInspected());
        return document;
    }

    private void tell(ImportReport report) {
        if (report.newEntries() == 0) {
            line(report.model() + " is here already, with all of its history in the file");
        } else {
            line("Imported " + report.model() + ": " + Words.count(report.versions(), "version") + ", "
                    + report.newEntries() + " of " + Words.count(report.entries(), "entry", "entries")
                    + " of its history were new");
        }
        if (report.notInspected() > 0) {
            boolean one = report.notInspected() == 1;
            line(Words.count(report.notInspected(), "version") + (one ? " is" : " are")
                    + " encrypted under keys that were not given, and " + (one ? "its" : "their")
                    + " files were not looked into; --encryption-key FILE names the keys");
        }
    }
}
