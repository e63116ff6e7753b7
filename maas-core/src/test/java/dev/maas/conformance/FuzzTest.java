package dev.maas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.conformance.Corpus.Case;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads models that were damaged at random, by a fixed seed, in a process of its own: none brings it down. */
class FuzzTest {
    private static final int MUTANTS = 3000;
    private static final int MOST_BYTES = 3000;

    @Test
    void damagedModelsNeverCrashTheProcess(@TempDir Path folder) throws IOException, InterruptedException {
        List<String> models = Corpus.orSkip().cases().stream()
                .filter(each -> each.column("model_file").equals("model.onnx"))
                .filter(each -> Integer.parseInt(each.column("bytes")) < MOST_BYTES)
                .map(Case::folder)
                .map(each -> each.resolve("model.onnx").toString())
                .toList();
        Path names = Files.write(folder.resolve("names"), models);
        Path output = folder.resolve("output");

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:ErrorFile=" + folder.resolve("crash.log"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FuzzProcess.class.getName(),
                        "1",
                        Integer.toString(MUTANTS),
                        names.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        process.destroyForcibly();
        // Native code may print bytes of the mutant.
        String text = new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1);
        assertThat(ended).as("ended within five minutes; output: %s", text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(new File(folder.toFile(), "crash.log")).doesNotExist();
        Matcher counts = Pattern.compile("loaded (\\d+) refused (\\d+)").matcher(text);
        assertThat(counts.find()).as(text).isTrue();
        // Both happen, or the test tests nothing.
        assertThat(Integer.parseInt(counts.group(1))).isGreaterThan(MUTANTS / 50);
        assertThat(Integer.parseInt(counts.group(2))).isGreaterThan(MUTANTS / 2);
    }
}
