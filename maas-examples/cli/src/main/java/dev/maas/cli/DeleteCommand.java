package dev.maas.cli;

import dev.maas.VersionUpdate;
import picocli.CommandLine.Command;

/** Deletes a version. */
@Command(name = "delete", description = "Delete a version; for 30 days 'maas restore' brings it back.")
final class DeleteCommand extends UpdateCommand {
    DeleteCommand(Shell shell) {
        super(shell);
    }

    @Override
    VersionUpdate update(String name, int version) {
        return VersionUpdate.delete(name, version);
    }

    @Override
    String told(String version) {
        return version + " is deleted; 'maas restore " + version + "' brings it back within 30 days";
    }
}
