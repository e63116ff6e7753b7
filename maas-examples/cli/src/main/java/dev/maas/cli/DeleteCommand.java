package dev.maas.cli;

import dev.maas.VersionUpdate;
import dev.maas.registry.RegistryOptions;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Deletes a version. */
@Command(name = "delete", description = "Delete a version; for a while 'maas restore' brings it back.")
final class DeleteCommand extends UpdateCommand {
    @Option(
            names = "--keep",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "30d",
            description = "For how long it can be restored, such as 36h or 7d. Default: ${DEFAULT-VALUE}.")
    Duration keep = Duration.ZERO;

    DeleteCommand(Shell shell) {
        super(shell);
    }

    @Override
    RegistryOptions options(RegistryOptions options) {
        return options.retention(keep);
    }

    @Override
    VersionUpdate update(String name, int version) {
        return VersionUpdate.delete(name, version);
    }

    @Override
    String told(String version) {
        return version + " is deleted; 'maas restore " + version + "' brings it back within "
                + DurationConverter.words(keep);
    }
}
