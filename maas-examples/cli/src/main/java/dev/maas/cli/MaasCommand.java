package dev.maas.cli;

import com.google.gson.JsonElement;
import dev.maas.examples.terminal.Terminal;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** What all commands have in common. A command runs once, in one thread. */
abstract class MaasCommand implements Callable<Integer> {
    final Shell shell;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this and do nothing else.")
    boolean help;

    @Option(names = "--json", description = "Print one JSON document; errors too, to the standard error.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    boolean quiet;

    @Option(names = "--verbose", description = "Print the stack trace of an error as well.")
    boolean verbose;

    MaasCommand(Shell shell) {
        this.shell = shell;
    }

    /** Prints the answer in the form that was asked for. */
    final void answer(Supplier<? extends JsonElement> document, Runnable text) {
        if (json) {
            shell.print(document.get());
        } else {
            text.run();
        }
    }

    /** Prints one line for a person. */
    final void line(String text) {
        shell.out().println(text);
    }

    /** Returns where progress is shown; nowhere before a program, or a person who wants none. */
    final Terminal side() {
        return json || quiet ? new Terminal(shell.err(), false, false) : shell.side();
    }

    /** Does the work; returns the exit status. */
    @Override
    public final Integer call() throws Exception {
        int status = run();
        shell.out().flush();
        return status;
    }

    abstract int run() throws Exception;
}
