package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that leave a registry in a file, and come from one or from another system. */
class ExchangeCommandsTest {
    @TempDir
    private Path folder;

    private Path registry = Path.of("unset");
    private Path other = Path.of("unset");

    @BeforeEach
    void publish() {
        registry = folder.resolve("models");
        other = folder.resolve("other");
        Samples.publishFlowers(registry, "--alias", "champion", "--who", "ann");
        Samples.publishFlowers(registry, "--tag", "second");
    }

    private MaasRun maas(String... words) {
        return MaasRun.in(registry, words);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aModelComesIntoAnotherRegistryWithItsHistory() {
        JsonObject exported =
                maas("export", "flowers", file("flowers.tar"), "--json").json();
        assertThat(exported.keySet()).containsExactly("name", "file", "bytes");
        assertThat(exported.get("bytes").getAsLong())
                .isEqualTo(folder.resolve("flowers.tar").toFile().length());

        JsonObject imported =
                MaasRun.in(other, "import", file("flowers.tar"), "--json").json();
        assertThat(imported)
                .hasToString("{\"name\":\"flowers\",\"versions\":2,\"entries\":2,\"newEntries\":2,\"newBlobs\":"
                        + imported.get("newBlobs") + ",\"notInspected\":0}");
        assertThat(MaasRun.in(other, "history", "flowers", "--json").out())
                .isEqualTo(maas("history", "flowers", "--json").out());
        assertThat(MaasRun.in(other, "predict", "flowers@champion", Samples.FLOWERS_CSV.toString())
                        .out())
                .isEqualTo(maas("predict", "flowers@champion", Samples.FLOWERS_CSV.toString())
                        .out());
        assertThat(MaasRun.in(other, "import", file("flowers.tar")).out())
                .isEqualTo("flowers is here already, with all of its history in the file\n");
    }

    @Test
    void aFileIsWrittenOverOnlyIfThatIsAskedFor() throws IOException {
        Files.writeString(folder.resolve("mine.tar"), "mine");

        assertThat(maas("export", "flowers", file("mine.tar")).err()).contains("is there already", "--replace");
        assertThat(folder.resolve("mine.tar")).hasContent("mine");
        assertThat(maas("export", "flowers", file("mine.tar"), "--replace").out())
                .startsWith("Exported flowers with its history to ");
        assertThat(MaasRun.in(other, "import", file("mine.tar")).out())
                .isEqualTo("Imported flowers: 2 versions, 2 of 2 entries of its history were new\n");
    }

    @Test
    void anArchiveOfAnotherHistoryIsAConflictAndOneThatIsTooLargeIsRefused() {
        maas("export", "flowers", file("flowers.tar"));
        Samples.publishFlowers(other, "--who", "eve");

        MaasRun conflict = MaasRun.in(other, "import", file("flowers.tar"), "--json");
        assertThat(conflict.status()).isEqualTo(1);
        assertThat(conflict.error().get("kind").getAsString()).isEqualTo("conflict");

        MaasRun large = MaasRun.in(folder.resolve("third"), "import", file("flowers.tar"), "--max-size", "100");
        assertThat(large.status()).isEqualTo(1);
        assertThat(large.err()).contains("'flowers.tar' is refused", "Raise --max-size only if you trust");
    }

    @Test
    void anArchiveThatNobodyTrustedSignedIsRefused() throws Exception {
        Samples.keys(folder, "ann");
        maas("export", "flowers", file("flowers.tar"));

        MaasRun run = MaasRun.in(other, "import", file("flowers.tar"), "--trust", file("ann.pub"), "--json");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error().get("kind").getAsString()).isEqualTo("integrity");
        assertThat(MaasRun.in(other, "list", "--json").json().getAsJsonArray("models"))
                .isEmpty();
    }

    /** A repository as Triton has it: two versions of one model, one of another, and something else. */
    private Path triton() throws IOException {
        Path repository = folder.resolve("triton");
        for (String place : List.of("iris/1", "iris/3", "echo/1")) {
            Path version = Files.createDirectories(repository.resolve(place));
            Path model = place.startsWith("iris") ? Samples.FLOWERS : Samples.model("echo");
            Files.copy(model, version.resolve("model.onnx"));
        }
        Files.writeString(repository.resolve("notes.txt"), "hello");
        return repository;
    }

    @Test
    void aRepositoryOfTritonIsPublishedInItsOrder() throws IOException {
        String repository = triton().toString();
        MaasRun planned = MaasRun.in(other, "migrate", "triton", repository, "--dry-run");
        assertThat(planned.out())
                .contains("Note: 'notes.txt' is left out")
                .contains("Would publish the next version of iris from version 3");
        assertThat(other).doesNotExist();

        JsonObject migrated = MaasRun.in(
                        other, "migrate", "triton", repository, "-a", "champion", "-t", "old", "--who", "ann", "--json")
                .json();
        assertThat(migrated.keySet()).containsExactly("dryRun", "notes", "packages", "published");
        assertThat(migrated.get("published")).hasToString("[\"echo:1\",\"iris:1\",\"iris:2\"]");
        JsonObject version =
                MaasRun.in(other, "show", "iris@champion", "--json").json();
        assertThat(version.get("version").getAsInt()).isEqualTo(2);
        assertThat(version.get("publisher").getAsString()).isEqualTo("ann");
        assertThat(version.get("tags")).hasToString("[\"old\"]");
        assertThat(version.getAsJsonObject("properties").get("origin.version").getAsString())
                .isEqualTo("3");
        assertThat(MaasRun.in(other, "predict", "iris:1", Samples.REQUEST.toString())
                        .status())
                .isZero();
    }

    @Test
    void oneModelOfARepositoryGetsANameAndSeveralDoNot() throws IOException {
        Path repository = triton();

        assertThat(MaasRun.in(
                                other,
                                "migrate",
                                "triton",
                                repository.resolve("iris").toString(),
                                "--name",
                                "flowers")
                        .out())
                .isEqualTo("Published flowers:1 from version 1\nPublished flowers:2 from version 3\n");
        MaasRun two = MaasRun.in(other, "migrate", "triton", repository.toString(), "--name", "flowers");
        assertThat(two.status()).isEqualTo(2);
        assertThat(two.err()).contains("2 models");
    }

    @Test
    void nothingIsPublishedOfARepositoryOfWhichSomeCannotBe() throws IOException {
        Path repository = triton();
        Files.writeString(repository.resolve("iris/3/model.onnx"), "no model");

        MaasRun run = MaasRun.in(other, "migrate", "triton", repository.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(other).doesNotExist();
    }

    @Test
    void aFolderOfMlflowAndACacheOfHuggingFaceArePublished() throws IOException {
        Path mlflow = Files.createDirectories(folder.resolve("mlflow"));
        Files.copy(Samples.FLOWERS, mlflow.resolve("model.onnx"));
        Files.writeString(mlflow.resolve("MLmodel"), """
                flavors:
                  onnx:
                    data: model.onnx
                    onnx_version: 1.16.0
                run_id: abc
                mlflow_version: 2.14.0
                """);
        assertThat(MaasRun.in(other, "migrate", "mlflow", mlflow.toString(), "--name", "flowers")
                        .out())
                .endsWith("Published flowers:1\n");
        assertThat(MaasRun.in(other, "show", "flowers", "--json").json().toString())
                .contains("abc");

        Path hub = folder.resolve("models--org--flowers");
        String commit = "0123456789abcdef0123456789abcdef01234567";
        Files.createDirectories(hub.resolve("refs"));
        Files.createDirectories(hub.resolve("blobs"));
        Files.createDirectories(hub.resolve("snapshots").resolve(commit));
        Files.writeString(hub.resolve("refs/main"), commit);
        Files.copy(Samples.FLOWERS, hub.resolve("snapshots").resolve(commit).resolve("model.onnx"));
        MaasRun migrated = MaasRun.in(other, "migrate", "huggingface", hub.toString(), "--name", "iris");
        assertThat(migrated.out()).as(migrated.err()).endsWith("Published iris:1 from version " + commit + "\n");
        assertThat(MaasRun.in(other, "show", "iris").out()).contains("code", commit);
    }

    @Test
    void aSavedModelTakesASignature() throws IOException {
        Path version = Files.createDirectories(folder.resolve("serving/half_plus_two/1"));
        Files.writeString(version.resolve("saved_model.pb"), "a graph");
        String repository = file("serving");

        MaasRun unknown = MaasRun.in(other, "migrate", "tf-serving", repository);
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).contains("half_plus_two", "--signature FILE");

        Files.writeString(
                folder.resolve("signature.json"),
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[\"batch\",1]}],"
                        + "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,1]}]}");
        assertThat(MaasRun.in(other, "migrate", "tf-serving", repository, "--signature", file("signature.json"))
                        .out())
                .isEqualTo("Published half_plus_two:1 from version 1\n");
        assertThat(MaasRun.in(other, "show", "half_plus_two").out())
                .contains("x: float32[batch, 1]", "y: float32[?, 1]", "engine", "djl");
    }
}
