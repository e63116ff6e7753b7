package dev.maas.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.AliasChange;
import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.examples.terminal.Terminal;
import dev.maas.registry.Registries;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    private final Captured output = new Captured();
    private final Captured errors = new Captured();

    @TempDir
    private Path folder;

    private int run(String input, String... words) throws InterruptedException {
        return Quickstart.run(
                words,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new Terminal(output.stream(), false, false),
                errors.stream());
    }

    @Test
    void theWholeStoryIsToldWithoutArguments() throws InterruptedException {
        int status = run("");

        assertThat(errors.text()).isEmpty();
        assertThat(status).isZero();
        assertThat(output.text())
                .contains(
                        "1280 messages in 8 categories to learn from, 320 to test with",
                        "4  Publish",
                        "topics:1",
                        "topics:2",
                        "0  a mix of both",
                        "0  an error",
                        "320 of 320 test messages get the same label")
                .containsPattern("delivery +[0-9.]+ %  Where is my parcel\\?")
                .doesNotContain("\u001b")
                .doesNotContain("\r");
    }

    @Test
    void aRegistryThatWasAskedForKeepsTheVersions() throws InterruptedException {
        Path models = folder.resolve("models");

        assertThat(run("", "--registry", models.toString())).isZero();
        assertThat(run("", "--registry", models.toString(), "--seed", "2")).isZero();

        try (ModelRegistry registry = Registries.open(models)) {
            assertThat(registry.aliases("topics")).containsEntry("champion", 4);
            ModelVersion version = registry.resolve("topics@champion");
            assertThat(version.number()).isEqualTo(4);
            assertThat(version.metadata().columns().get("scores")).contains("billing", "technical");
            assertThat(version.metadata().lineage().metrics()).containsKeys("accuracy", "loss");
            assertThat(version.metadata().lineage().dataDigest())
                    .hasValueSatisfying(d -> assertThat(d).startsWith("sha256:"));
            List<AliasChange> history = registry.aliasHistory("topics", "champion");
            assertThat(history).extracting(change -> change.to().orElseThrow()).containsExactly(4, 3, 2, 1);
        }
    }

    @Test
    void ownDataAndLinesFromStandardInputAreUsed() throws Exception {
        StringBuilder data = new StringBuilder("text,category\n");
        for (int i = 0; i < 40; i++) {
            data.append("\"meow says the cat, number ").append(i).append("\",cat\n");
            data.append("woof says the dog number ").append(i).append(",dog\n");
        }
        Path file = Files.writeString(folder.resolve("pets.csv"), data);

        int status = run("I heard a woof!\n\nMEOW\n", "--data", file.toString(), "--lines", "-");

        assertThat(errors.text()).isEmpty();
        assertThat(status).isZero();
        assertThat(output.text())
                .contains("64 messages in 2 categories")
                .containsPattern("dog +[0-9.]+ %  I heard a woof!\n")
                .containsPattern("cat +[0-9.]+ %  MEOW\n");
    }

    @Test
    void helpIsPrintedAndNothingElse() throws InterruptedException {
        assertThat(run("", "--help")).isZero();

        assertThat(output.text()).isEqualTo(Arguments.HELP);
    }

    @Test
    void aWrongArgumentEndsWithOneLineThatSaysWhatIsWrong() throws InterruptedException {
        assertThat(run("", "--dta", "x")).isEqualTo(2);

        assertThat(errors.text())
                .isEqualTo("quickstart: There is no option '--dta'; --help lists those that there are\n");
        assertThat(output.text()).isEmpty();
    }

    @Test
    void aMissingFileEndsWithOneLineThatNamesIt() throws InterruptedException {
        assertThat(run("", "--data", folder.resolve("none.csv").toString())).isEqualTo(2);

        assertThat(errors.text().lines()).hasSize(1).allMatch(line -> line.contains("'none.csv'"));
    }
}
