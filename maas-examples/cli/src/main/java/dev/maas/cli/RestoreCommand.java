package dev.maas.cli;

import dev.maas.ModelRef;
import dev.maas.VersionUpdate;
import picocli.CommandLine.Command;

/** Restores a deleted version. */
@Command(name = "restore", description = "Restore a deleted version, named by its number: name:7.")
final class RestoreCommand extends UpdateCommand {
    RestoreCommand(Shell shell) {
        super(shell);
    }

    @Override
    VersionUpdate update(String name, int version) {
        return VersionUpdate.restore(name, version);
    }

    @Override
    int run() {
        if (!(ref.selector() instanceof ModelRef.Version)) {
            throw new UsageException(
                    "A deleted version is named by its number, like " + ref.name() + ":7; got '" + ref + "'");
        }
        return super.run();
    }

    @Override
    String told(String version) {
        return version + " is restored";
    }
}
