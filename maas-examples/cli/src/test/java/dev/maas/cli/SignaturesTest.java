package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing, pulling and verifying, in a registry and in folders. */
class SignaturesTest {
    @TempDir
    private Path folder;

    private Path registry = Path.of("unset");

    @BeforeEach
    void publishAndMakeKeys() throws Exception {
        registry = folder.resolve("models");
        Samples.publishFlowers(registry);
        Samples.keys(folder, "ann");
        Samples.keys(folder, "bob");
    }

    private MaasRun maas(String... words) {
        return MaasRun.in(registry, words);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private MaasRun sign(String model, String signer, String... more) {
        return Samples.sign(registry, folder, model, signer, more);
    }

    @Test
    void aVersionIsSignedByTwoAndVerifiedAgainstBoth() {
        assertThat(maas("verify", "flowers").out()).isEqualTo("flowers:1: 1 file has its digest; not signed\n");
        JsonObject signed = sign("flowers:1", "ann", "--json").json();
        assertThat(signed.keySet()).containsExactly("model", "signature", "signer");
        assertThat(signed.get("signature").getAsString()).startsWith("sha256:");
        assertThat(maas("verify", "flowers").out()).contains("1 signature not checked");

        assertThat(maas("verify", "flowers", "--trust", "ann=" + file("ann.pub"))
                        .out())
                .isEqualTo("flowers:1: 1 file has its digest, signed by ann\n");
        String[] both = {
            "verify",
            "flowers",
            "--trust",
            "ann=" + file("ann.pub"),
            "--trust",
            "bob=" + file("bob.pub"),
            "--signers",
            "2"
        };
        assertThat(maas(both).err()).contains("2 of [ann, bob] is not met");
        assertThat(sign("flowers:1", "bob").status()).isZero();
        MaasRun verified =
                maas(Stream.concat(Stream.of(both), Stream.of("--json")).toArray(String[]::new));
        assertThat(verified.json())
                .hasToString(
                        "{\"model\":\"flowers:1\",\"verified\":true,\"files\":1,\"encryptedUnder\":[],\"signatures\":2,\"signers\":[\"ann\",\"bob\"]}");
    }

    @Test
    void aPairOfKeysIsMadeThatSigns() throws IOException {
        JsonObject made = maas("key", "signing", file("new.pem"), file("new.pub"), "--json")
                .json();
        assertThat(made.keySet()).containsExactly("privateKey", "publicKey", "signer");
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertThat(Files.getPosixFilePermissions(folder.resolve("new.pem")))
                    .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        }
        assertThat(Samples.sign(registry, folder, "flowers:1", "new", "--json")
                        .json()
                        .get("signer"))
                .isEqualTo(made.get("signer"));
        assertThat(maas("verify", "flowers:1", "--trust", file("new.pub")).status())
                .isZero();

        MaasRun again = maas("key", "signing", file("more.pem"), file("new.pub"));
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("is there already and is never written over");
        assertThat(folder.resolve("more.pem")).doesNotExist();
    }

    @Test
    void whatTheReferenceToolSignedIsVerifiedByItsAuthority() {
        Path signed = Path.of(System.getProperty("maas.shared", "none"), "conformance", "signing");
        assumeThat(signed)
                .as("the reference tool's signed folders are on this machine")
                .isDirectory();
        String folder = signed.resolve("v1.1.0-certificate").toString();

        assertThat(maas("verify", folder, "--trust-authority", "ca=" + signed.resolve("ca-cert.pem"))
                        .out())
                .endsWith("signed by ca\n");
        assertThat(maas("verify", folder, "--trust", file("ann.pub")).status()).isEqualTo(1);
    }

    @Test
    void everyReaderTakesOnlyWhatEnoughHaveSigned() {
        sign("flowers:1", "ann");
        String[] one = {"--trust", "ann=" + file("ann.pub"), "--trust", "bob=" + file("bob.pub")};
        String[] two = {one[0], one[1], one[2], one[3], "--signers", "2"};
        for (String[] command : new String[][] {
            {"show", "flowers:1"},
            {"predict", "flowers:1", Samples.FLOWERS_CSV.toString()},
            {"pull", "flowers:1", file("pulled")},
        }) {
            assertThat(maas(Samples.words(command, two)).err()).contains("2 of [ann, bob] is not met");
            assertThat(maas(Samples.words(command, one)).status()).isZero();
        }
        assertThat(maas("show", "flowers:1", "--signers", "2").status())
                .as("whose?")
                .isEqualTo(2);
    }

    @Test
    void whatWasTrustedIsRememberedAndAnOlderHistoryRefused() throws IOException {
        Path old = Samples.copy(registry, folder.resolve("old"));
        Samples.publishFlowers(registry);
        assertThat(maas("show", "flowers", "--memory", file("seen")).status()).isZero();

        MaasRun rolledBack = MaasRun.in(old, "show", "flowers", "--memory", file("seen"), "--json");
        assertThat(rolledBack.status()).isEqualTo(1);
        assertThat(rolledBack.error().get("kind").getAsString()).isEqualTo("integrity");
        assertThat(MaasRun.in(old, "show", "flowers").status()).isZero();
    }

    @Test
    void aPublishersOwnSignatureComesWithTheVersion() {
        Samples.publishFlowers(registry, "--key", file("ann.pem"), "--public-key", file("ann.pub"));

        assertThat(maas("verify", "flowers:2", "--trust", file("ann.pub")).status())
                .isZero();
        assertThat(maas("verify", "flowers:2", "--trust", file("bob.pub")).status())
                .isEqualTo(1);
    }

    @Test
    void aPulledFolderIsVerifiedWithItsSignatures() {
        sign("flowers:1", "ann");
        sign("flowers:1", "bob");
        JsonObject pulled =
                maas("pull", "flowers:1", file("pulled"), "--signed", "--json").json();

        assertThat(pulled.keySet()).containsExactly("ref", "digest", "folder", "files");
        assertThat(pulled.getAsJsonObject("files").keySet())
                .containsExactly("flowers.onnx", "maas.json", "model.sig", "model.2.sig");
        assertThat(folder.resolve("pulled").toFile().list())
                .containsExactlyInAnyOrder("flowers.onnx", "maas.json", "model.sig", "model.2.sig");
        assertThat(maas("verify", file("pulled"), "--trust", "bob=" + file("bob.pub"))
                        .out())
                .contains("2 files have their digests, signed by bob");
    }

    @Test
    void aChangedFileInAFolderIsFound() throws IOException {
        sign("flowers:1", "ann");
        maas("pull", "flowers:1", file("pulled"), "--signed");
        Files.writeString(folder.resolve("pulled/flowers.onnx"), "x", StandardOpenOption.APPEND);

        MaasRun run = maas("verify", file("pulled"), "--trust", file("ann.pub"), "--json");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error().get("kind").getAsString()).isEqualTo("integrity");
    }

    @Test
    void aPullWritesTheFilesAsTheyWereAndNeverOverOthers() throws IOException {
        assertThat(maas("pull", "flowers", file("pulled")).out()).endsWith("pulled: 1 file, 474 B\n");
        assertThat(folder.resolve("pulled/flowers.onnx")).hasSameBinaryContentAs(Samples.FLOWERS);

        Files.writeString(folder.resolve("pulled/mine.txt"), "mine");
        MaasRun again = maas("pull", "flowers", file("pulled"));
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("'pulled' is there already and is never written over");
        assertThat(folder.resolve("pulled/mine.txt")).hasContent("mine");

        Files.createDirectory(folder.resolve("empty"));
        assertThat(maas("pull", "flowers", file("empty")).status()).isZero();
        assertThat(folder.resolve("empty/flowers.onnx")).exists();
    }

    @Test
    void aPullThatFailsLeavesNothingBehind() throws IOException {
        try (Stream<Path> blobs = Files.walk(registry.resolve("blobs"))) {
            Path model = blobs.filter(Files::isRegularFile)
                    .filter(blob -> blob.toFile().length() == 474)
                    .findFirst()
                    .orElseThrow();
            assertThat(model.toFile().setWritable(true)).isTrue();
            byte[] bytes = Files.readAllBytes(model);
            bytes[100] ^= 1;
            Files.write(model, bytes);
        }
        MaasRun run = maas("pull", "flowers", file("pulled"), "--json");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error().get("kind").getAsString()).isEqualTo("integrity");
        assertThat(maas("verify", "flowers").status()).isEqualTo(1);
        assertThat(folder.toFile().list()).noneMatch(name -> name.startsWith("pulled") || name.startsWith(".maas"));
    }

    @Test
    void aFolderIsSignedWithoutARegistryAndNotTwiceIntoOneFile() {
        maas("pull", "flowers", file("pulled"));

        assertThat(sign(file("pulled"), "ann").status()).isZero();
        assertThat(folder.resolve("pulled/model.sig")).exists();
        assertThat(maas("verify", file("pulled"), "--trust", "me=" + file("ann.pub"))
                        .out())
                .contains("signed by me");
        assertThat(sign(file("pulled"), "bob").err()).contains("never written over");
        assertThat(sign(file("pulled"), "bob", "-o", file("bob.sig")).status()).isZero();
        assertThat(maas("verify", file("pulled"), "--signature", file("bob.sig"), "--trust", file("bob.pub"))
                        .status())
                .isZero();
    }

    @Test
    void aFileIsSignedBesideIt() throws IOException {
        Path model = Files.copy(Samples.FLOWERS, folder.resolve("flowers.onnx"));

        assertThat(maas("verify", model.toString(), "--trust", file("ann.pub")).err())
                .contains("There is no signature: expected 'flowers.onnx.sig'");
        assertThat(sign(model.toString(), "ann").status()).isZero();
        assertThat(folder.resolve("flowers.onnx.sig")).exists();
        assertThat(maas("verify", model.toString(), "--trust", file("ann.pub")).status())
                .isZero();
        assertThat(maas("verify", model.toString(), "--trust", file("bob.pub")).status())
                .isEqualTo(1);
    }
}
