package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.examples.terminal.ByteText;
import dev.maas.registry.CollectionReport;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Collects garbage. */
@Command(
        name = "gc",
        description =
                "Remove what no version needs: deleted versions whose time is over, and blobs that nothing refers to."
                        + " They go to a trash first, and from there after the grace time.")
final class GcCommand extends RegistryCommand {
    @Option(
            names = {"-n", "--dry-run"},
            description = "Only say what would be done.")
    boolean dryRun;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description =
                    "Leave alone what is younger, such as 36h or 7d: longer than any publisher may stand still, and the"
                            + " same for all who use the registry. Default: 1d.")
    @Nullable
    Duration grace;

    GcCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        try (ManagedRegistry opened = registry.open(this, this::options)) {
            CollectionReport report = dryRun ? opened.previewCollection() : opened.collect();
            answer(() -> document(report), () -> tell(report));
        }
        return 0;
    }

    private RegistryOptions options(RegistryOptions options) {
        return grace == null ? options : options.grace(grace);
    }

    private JsonObject document(CollectionReport report) {
        JsonObject document = new JsonObject();
        document.addProperty("dryRun", dryRun);
        document.addProperty("purgedVersions", report.purgedVersions());
        document.addProperty("trashedBlobs", report.trashedBlobs());
        document.addProperty("trashedBytes", report.trashedBytes());
        document.addProperty("restoredBlobs", report.restoredBlobs());
        document.addProperty("removedBlobs", report.removedBlobs());
        document.addProperty("removedScratch", report.removedScratch());
        return document;
    }

    private void tell(CollectionReport report) {
        String would = dryRun ? "would be " : "";
        line(Words.count(report.purgedVersions(), "deleted version") + " " + would + "purged");
        line(Words.count(report.trashedBlobs(), "blob") + " of " + ByteText.of(report.trashedBytes()) + " " + would
                + "moved to the trash");
        line(Words.count(report.removedBlobs(), "blob") + " " + would + "removed from the trash");
        if (report.restoredBlobs() > 0) {
            line(Words.count(report.restoredBlobs(), "blob") + " " + would + "moved back, since they are needed");
        }
        if (!dryRun) {
            line(Words.count(report.removedScratch(), "scratch file") + " removed");
        }
    }
}
