package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that are encrypted where they lie. */
class EncryptionCommandsTest {
    @TempDir
    private Path folder;

    private Path registry = Path.of("unset");
    private String key = "unset";

    @BeforeEach
    void publish() {
        registry = folder.resolve("models");
        key = file("keys.json");
        assertThat(maas("key", "new", key).status()).isZero();
        Samples.publishFlowers(registry, "--encryption-key", key, "--alias", "champion");
    }

    private MaasRun maas(String... words) {
        return MaasRun.in(registry, words);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private boolean isInTheClear(Path place) throws IOException {
        String marker = "LabelEncoder";
        try (Stream<Path> files = Files.walk(place)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1).contains(marker)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void whatIsPublishedWithAKeyIsNowhereInTheClearAndPredictsTheSame() throws IOException {
        Path open = folder.resolve("open");
        Samples.publishFlowers(open);
        assertThat(isInTheClear(open)).isTrue();
        assertThat(isInTheClear(registry)).isFalse();

        MaasRun predicted =
                maas("predict", "flowers@champion", Samples.FLOWERS_CSV.toString(), "--encryption-key", key);
        assertThat(predicted.out())
                .contains("setosa")
                .isEqualTo(MaasRun.in(open, "predict", "flowers", Samples.FLOWERS_CSV.toString())
                        .out());
        assertThat(maas("inspect", "flowers", "--load", "--encryption-key", key).status())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"predict flowers sample/flowers.csv", "inspect flowers", "pull flowers pulled", "serve flowers"})
    void withoutAKeyTheErrorSaysWhereItGoes(String words) {
        MaasRun run = maas((words + " --json").split(" "));

        assertThat(run.status()).as(run.toString()).isEqualTo(1);
        JsonObject error = run.error();
        assertThat(error.get("kind").getAsString()).isEqualTo("access-denied");
        assertThat(error.get("message").getAsString())
                .contains("'flowers:1' is encrypted under", "--encryption-key FILE", "MAAS_ENCRYPTION_KEY")
                .doesNotContain("RegistryOptions");
    }

    @Test
    void whatIsEncryptedIsServed() throws Exception {
        MaasRun run = MaasRun.prepare(registry, "", false);
        Thread thread = new Thread(
                () -> run.run("serve", "flowers@champion", "--port", "0", "--encryption-key", key, "--json"));
        thread.start();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> run.out().endsWith("}\n") || run.status() >= 0);
            String url = JsonParser.parseString(run.out())
                    .getAsJsonObject()
                    .get("url")
                    .getAsString();
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/models/flowers/infer"))
                    .POST(BodyPublishers.ofFile(Samples.REQUEST))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.ofString())
                            .body())
                    .contains("setosa");
        } finally {
            run.shell().stop();
            thread.join(60_000);
        }
        assertThat(run.status()).isZero();
    }

    @Test
    void anotherKeyIsNoHelp() {
        assertThat(maas("key", "new", file("other.json")).status()).isZero();

        MaasRun run =
                maas("predict", "flowers", Samples.FLOWERS_CSV.toString(), "--encryption-key", file("other.json"));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("cannot be decrypted under");
    }

    @Test
    void theEnvironmentMayNameTheKey() {
        MaasRun run =
                MaasRun.prepare(Map.of("MAAS_REGISTRY", registry.toString(), "MAAS_ENCRYPTION_KEY", key), "", false);
        run.run("predict", "flowers", Samples.FLOWERS_CSV.toString());

        assertThat(run.out()).contains("setosa");
    }

    @Test
    void listingShowingAndVerifyingTakeNoKey() {
        assertThat(maas("list").status()).isZero();
        assertThat(maas("show", "flowers").status()).isZero();
        JsonObject verified = maas("verify", "flowers", "--json").json();
        assertThat(verified.getAsJsonArray("encryptedUnder")).hasSize(1);
        assertThat(maas("verify", "flowers").out())
                .startsWith("flowers:1: 1 file has its digest; not signed; encrypted under the key ");
    }

    @Test
    void aPulledModelIsDecryptedAndNotWithSignaturesOfWhatIsStored() {
        assertThat(maas("pull", "flowers", file("pulled"), "--encryption-key", key)
                        .status())
                .isZero();
        assertThat(folder.resolve("pulled/flowers.onnx")).hasSameBinaryContentAs(Samples.FLOWERS);

        MaasRun signed = maas("pull", "flowers", file("signed"), "--signed", "--encryption-key", key);
        assertThat(signed.status()).isEqualTo(1);
        assertThat(signed.err()).contains("'maas verify flowers:1'", "without --signed");
        assertThat(folder.resolve("signed")).doesNotExist();
    }

    @Test
    void whatIsExportedStaysEncryptedAndIsReadElsewhereWithTheKey() throws IOException {
        Path other = folder.resolve("other");
        assertThat(maas("export", "flowers", file("flowers.tar")).status()).isZero();
        assertThat(isInTheClear(folder.resolve("flowers.tar"))).isFalse();

        MaasRun imported = MaasRun.in(other, "import", file("flowers.tar"));
        assertThat(imported.out())
                .contains("1 version is encrypted under keys that were not given", "--encryption-key FILE");
        assertThat(MaasRun.in(folder.resolve("third"), "import", file("flowers.tar"), "--encryption-key", key, "--json")
                        .json()
                        .get("notInspected")
                        .getAsInt())
                .isZero();
        assertThat(MaasRun.in(
                                other,
                                "predict",
                                "flowers@champion",
                                Samples.FLOWERS_CSV.toString(),
                                "--encryption-key",
                                key)
                        .out())
                .contains("setosa");
    }

    @Test
    void afterARotationAndARewrapTheNewKeyAloneReads() throws IOException {
        assertThat(maas("key", "rotate", key, "--json").json().keySet()).containsExactly("file", "key");
        Samples.publishFlowers(registry);
        MaasRun without = maas("rewrap", "flowers", "--all");
        assertThat(without.status()).isEqualTo(2);
        assertThat(without.err()).contains("--encryption-key FILE names the file of the old and the new one");

        JsonObject done = maas("rewrap", "flowers", "--all", "--encryption-key", key, "--json")
                .json();
        assertThat(done.keySet()).containsExactly("versions");
        assertThat(done.getAsJsonArray("versions").asList())
                .extracting(
                        version -> version.getAsJsonObject().get("ref").getAsString(),
                        version -> version.getAsJsonObject().get("attached").isJsonNull())
                .containsExactly(tuple("flowers:2", true), tuple("flowers:1", false));
        assertThat(maas("rewrap", "flowers:1", "--encryption-key", key).out()).contains("needs nothing");

        // What a keeper does when all is rewrapped: the file without its first key.
        String both = Files.readString(Path.of(key));
        JsonObject keys = JsonParser.parseString(both).getAsJsonObject();
        keys.getAsJsonArray("key").remove(0);
        Path newest = Files.writeString(folder.resolve("newest.json"), keys.toString());
        if (Files.getFileStore(newest).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(newest, PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(maas("predict", "flowers:1", Samples.FLOWERS_CSV.toString(), "--encryption-key", newest.toString())
                        .out())
                .contains("setosa");
    }

    @Test
    void aFileOfKeysIsNeverWrittenOver() {
        MaasRun again = maas("key", "new", key, "--json");

        assertThat(again.status()).isEqualTo(1);
        assertThat(again.error().get("message").getAsString()).contains("already");
    }
}
