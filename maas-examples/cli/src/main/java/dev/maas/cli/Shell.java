package dev.maas.cli;

import com.google.gson.JsonElement;
import dev.maas.examples.terminal.Terminal;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * What a command was started in: its streams, its environment, and whether it is asked to stop.
 *
 * <p>Safe for use by any thread.
 */
final class Shell {
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Terminal terminal;
    private final Map<String, String> environment;
    private final CountDownLatch stop = new CountDownLatch(1);

    Shell(InputStream in, PrintStream out, PrintStream err, Terminal terminal, Map<String, String> environment) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.environment = Map.copyOf(environment);
    }

    static Shell ofSystem() {
        return new Shell(System.in, System.out, System.err, Terminal.ofSystem(), System.getenv());
    }

    InputStream in() {
        return in;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /** Returns the terminal of the standard output. */
    Terminal terminal() {
        return terminal;
    }

    /** Returns the terminal of the standard error, where progress is shown so that it never mixes with data. */
    Terminal side() {
        return terminal.on(err);
    }

    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** Prints a document for a program. */
    void print(JsonElement document) {
        out.println(JsonText.of(document));
    }

    /** Asks a command that runs until it is stopped to stop. */
    void stop() {
        stop.countDown();
    }

    /** Waits until somebody asks to stop. */
    void awaitStop() throws InterruptedException {
        stop.await();
    }
}
