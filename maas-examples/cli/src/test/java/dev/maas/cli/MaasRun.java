package dev.maas.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.examples.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A run of one command in this process, with what it printed. */
final class MaasRun {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Shell shell;
    private int status = -1;

    private MaasRun(InputStream in, boolean interactive, int width, Map<String, String> environment) {
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        shell = new Shell(
                in,
                print,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new Terminal(print, interactive, false, width),
                environment);
    }

    /** Runs a command on a registry that the environment names. */
    static MaasRun in(Path registry, String... words) {
        return withInput(registry, "", words);
    }

    /** Runs a command with something on the standard input. */
    static MaasRun withInput(Path registry, String input, String... words) {
        MaasRun run = prepare(registry, input, false);
        run.run(words);
        return run;
    }

    /** Runs a command before a person, on a terminal of 80 characters. */
    static MaasRun onTerminal(Path registry, String... words) {
        MaasRun run = prepare(registry, "", true);
        run.run(words);
        return run;
    }

    /** Prepares a run that another thread will begin. */
    static MaasRun prepare(Path registry, String input, boolean interactive) {
        return prepare(Map.of("MAAS_REGISTRY", registry.toString()), input, interactive);
    }

    /** Prepares a run with variables in its environment. */
    static MaasRun prepare(Map<String, String> environment, String input, boolean interactive) {
        return new MaasRun(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), interactive, 80, environment);
    }

    /** Runs a command without any environment. */
    static MaasRun bare(String... words) {
        MaasRun run = new MaasRun(InputStream.nullInputStream(), false, 80, Map.of());
        run.run(words);
        return run;
    }

    void run(String... words) {
        status = Maas.run(shell, words);
    }

    Shell shell() {
        return shell;
    }

    int status() {
        return status;
    }

    String out() {
        return text(out);
    }

    String err() {
        return text(err);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    /** Returns the only document on the standard output, of a run that went well. */
    JsonObject json() {
        if (status != 0) {
            throw new AssertionError("Exit status " + status + ": " + err());
        }
        return JsonParser.parseString(out()).getAsJsonObject();
    }

    /** Returns the error on the standard error, its only content. */
    JsonObject error() {
        return JsonParser.parseString(err()).getAsJsonObject().getAsJsonObject("error");
    }

    @Override
    public String toString() {
        return "status " + status + "\n" + out() + err();
    }
}
