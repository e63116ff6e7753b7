package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong is told on one line, with what to do next and a status that scripts can rely on. */
class FailuresTest {
    @TempDir
    private static Path template;

    @TempDir
    private Path folder;

    @BeforeAll
    static void publish() {
        Samples.publishFlowers(template.resolve("models"));
    }

    private MaasRun maas(String words) {
        return MaasRun.in(folder.resolve("models"), words.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "list --nonsense",
                "list a b",
                "show",
                "show A",
                "show flowers:0",
                "show flowers@",
                "list flowers:1",
                "rollback flowers",
                "restore flowers",
                "alias flowers --remove",
                "alias flowers:1 champion --expect x",
                "publish flowers:1 x.onnx",
                "publish flowers x.onnx --key k.pem",
                "history flowers:1",
                "gc --grace 3x",
                "gc --grace 99999999999d",
                "list -n many",
                "list -r a -r b",
                "verify ./x",
                "sign ./x",
                "predict ./x --from table",
                "serve --max-body 0",
                "serve --port 70000",
                "serve --host no.such.host.invalid",
                "completion fish",
                "key",
                "key new",
                "key nonsense",
                "export flowers:1 x.tar",
                "export flowers",
                "import",
                "migrate",
                "migrate bentoml .",
                "migrate mlflow .",
                "export-site . --valid-for soon",
                "export-site . --key k.pem",
                "watch",
                "watch flowers:1",
                "watch flowers -n 0",
                "rewrap flowers:1 --all",
                "list --signers 2",
                "list --offline",
                "list --cache-size 5G",
                "list --cache x --cache-size much",
                "delete flowers:1 --keep long",
            })
    void aWrongCallIsStatus2AndSaysSoOnOneLine(String words) throws IOException {
        Files.createDirectory(folder.resolve("models"));
        MaasRun run = maas(words);

        assertThat(run.status()).as(run.toString()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1).allMatch(line -> line.startsWith("maas: "));

        MaasRun json = maas(words + " --json");
        assertThat(json.status()).isEqualTo(2);
        assertThat(json.error().get("kind").getAsString()).isEqualTo("usage");
        assertThat(json.error().get("status").getAsInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "show absent, not-found",
        "show flowers:9, not-found",
        "history absent, not-found",
        "history flowers@absent, not-found",
        "alias flowers:1 champion --expect 7, conflict",
        "publish flowers absent.onnx, model-load",
        "predict flowers absent.csv, invalid-input",
        "verify flowers:1 --trust absent.pem, invalid-input",
        "pull flowers:1 ., failed",
        "list -r absent, failed",
        "list -r nowhere://x, invalid-input",
        "list -r README.md, registry",
        "list --encryption-key absent.json, failed",
        "list --encryption-key README.md, invalid-input",
        "list --trust-authority absent.pem, invalid-input",
        "key rotate absent.json, invalid-input",
        "key new README.md, invalid-input",
        "export absent absent.tar, not-found",
        "export flowers README.md, failed",
        "export flowers src, failed",
        "import absent.tar, failed",
        "import README.md, integrity",
        "import pom.xml --max-files 0, invalid-input",
        "migrate triton src, model-load",
        "migrate triton absent, model-load",
        "migrate huggingface src, model-load",
        "migrate mlflow src --name spam, model-load",
        "attach flowers:1 absent.md, failed",
        "attach flowers:1 README.md --type nonsense, invalid-input",
        "publish flowers sample/flowers.onnx --signature pom.xml, invalid-input",
        "publish flowers sample/flowers.onnx --max-size 10, model-load",
        "export-site src, invalid-input",
    })
    void aFailureIsStatus1AndHasItsKind(String words, String kind) throws IOException {
        Samples.copy(template.resolve("models"), folder.resolve("models"));
        MaasRun run = maas(words);
        MaasRun json = maas(words + " --json");

        assertThat(run.status()).as(run.toString()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("maas: ").doesNotContain("\tat ");
        assertThat(json.status()).isEqualTo(1);
        JsonObject error = json.error();
        assertThat(error.keySet()).containsExactly("kind", "message", "status");
        assertThat(error.get("kind").getAsString()).as(error.toString()).isEqualTo(kind);
        assertThat(run.err()).contains(error.get("message").getAsString());
    }

    @Test
    void aTypoIsAnsweredWithWhatWasMeant() {
        assertThat(maas("publsh").err()).contains("Did you mean 'publish'").contains("See 'maas --help'");
    }

    @Test
    void aStackTraceComesOnlyWhereItIsAskedFor() throws IOException {
        Samples.copy(template.resolve("models"), folder.resolve("models"));

        assertThat(maas("show absent").err()).doesNotContain("\tat ");
        assertThat(maas("show absent --verbose").err()).contains("ModelNotFoundException", "\tat ");
    }

    @Test
    void withoutARegistryTheErrorSaysHowToNameOne() {
        MaasRun run = MaasRun.bare("list");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("-r LOCATION", "MAAS_REGISTRY");
    }

    @Test
    void aRegistryThatIsNotThereIsNotMadeByLookingAtIt() {
        assertThat(maas("list").err()).contains("There is no registry in");
        assertThat(folder.resolve("models")).doesNotExist();
    }

    @Test
    void withoutACommandTheHelpIsPointedTo() {
        assertThat(MaasRun.bare().status()).isEqualTo(2);
        assertThat(MaasRun.bare().err()).isEqualTo("maas: What is to be done? 'maas --help' lists the commands\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "list --help", "publish -h", "serve --help"})
    void helpIsNoFailureAndFitsTheTerminal(String words) {
        MaasRun run = maas(words);

        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("Usage: maas").doesNotContain("\u001b");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
        assertThat(run.err()).isEmpty();
    }
}
