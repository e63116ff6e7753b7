package dev.maas.cli;

import dev.maas.VersionUpdate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Withdraws a version, or puts it back. */
@Command(
        name = "yank",
        description =
                "Withdraw a version: it is never the newest nor in a range any more, but there for who asks by number.")
final class YankCommand extends UpdateCommand {
    @Option(names = "--undo", description = "Put the version back.")
    boolean undo;

    YankCommand(Shell shell) {
        super(shell);
    }

    @Override
    VersionUpdate update(String name, int version) {
        return undo ? VersionUpdate.unyank(name, version) : VersionUpdate.yank(name, version);
    }

    @Override
    String told(String version) {
        return undo ? version + " is back" : version + " is withdrawn; 'maas yank --undo " + version + "' puts it back";
    }
}
