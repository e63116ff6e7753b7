package dev.maas.examples.quickstart;

import dev.maas.examples.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Runs the main job for tests of what it leaves behind. */
public final class QuickstartRun {
    private QuickstartRun() {}

    /** Publishes both versions into a folder. */
    public static void into(Path registry) throws InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(output, true, StandardCharsets.UTF_8);
        String[] words = {"--registry", registry.toString()};
        int status = Quickstart.run(words, InputStream.nullInputStream(), new Terminal(print, false, false), print);
        if (status != 0) {
            throw new AssertionError("The main job failed:\n" + output.toString(StandardCharsets.UTF_8));
        }
    }
}
