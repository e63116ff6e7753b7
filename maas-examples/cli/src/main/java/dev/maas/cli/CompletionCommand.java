package dev.maas.cli;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the script by which a shell completes commands and options. */
@Command(
        name = "completion",
        description = "Print the script by which bash or zsh completes commands and options: source <(maas completion)")
final class CompletionCommand extends MaasCommand {
    @Parameters(arity = "0..1", paramLabel = "bash|zsh", description = "The shell; one script serves both.")
    @Nullable
    CompletedShell completed;

    /** The shells that the script is for. */
    enum CompletedShell {
        BASH,
        ZSH
    }

    CompletionCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        shell.out().print(AutoComplete.bash(Maas.NAME, Maas.commandLine(shell)));
        return 0;
    }
}
