package dev.maas.registry.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.IntegrityException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reference tool of model signing signed in four of its releases. */
class ReferenceFoldersTest {
    private static final Path SIGNED = Path.of(System.getProperty("maas.shared", "none"), "conformance", "signing");

    @TempDir
    Path folder;

    @BeforeEach
    void needsTheFolders() {
        assumeTrue(Files.isDirectory(SIGNED), "the reference tool's signed folders are not on this machine");
    }

    private static TrustPolicy policy() {
        return TrustPolicy.builder()
                .signer("key", SIGNED.resolve("signing-key-pub.pem"))
                .authority("authority", SIGNED.resolve("ca-cert.pem"))
                .require("*", 1)
                .build();
    }

    /** The older releases name a single file's folder differently: the one file is the model. */
    private static Path model(Path signed) {
        return signed.endsWith("v0.3.1-elliptic-key") || signed.endsWith("v1.0.0-elliptic-key")
                ? signed.resolve("signme-1")
                : signed;
    }

    private Path copy(String name) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(SIGNED.resolve(name))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    private static ModelSigning.Verified verify(Path signed) {
        return ModelSigning.verify(model(signed), policy(), signed.resolve("model.sig"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v0.3.1-elliptic-key",
                "v0.3.1-certificate",
                "v1.0.0-elliptic-key",
                "v1.0.0-certificate",
                "v1.1.0-elliptic-key",
                "v1.1.0-certificate"
            })
    void verify(String name) throws IOException {
        Path signed = copy(name);
        ModelSigning.Verified verified = verify(signed);
        assertThat(verified.signers()).containsExactly(name.endsWith("key") ? "key" : "authority");
        assertThat(verified.files()).isNotEmpty();
        for (String file : verified.files().keySet()) {
            requireEveryFlipIsRefused(signed, file.equals(".") ? model(signed) : signed.resolve(file));
        }
    }

    private static void requireEveryFlipIsRefused(Path signed, Path file) throws IOException {
        byte[] right = Files.readAllBytes(file);
        for (int i = 0; i < right.length; i++) {
            byte[] wrong = right.clone();
            wrong[i] ^= 1;
            Files.write(file, wrong);
            assertThatThrownBy(() -> verify(signed))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("not the file that was signed");
        }
        Files.write(file, right);
        verify(signed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v0.3.1-certificate", "v1.0.0-certificate", "v1.1.0-elliptic-key", "v1.1.0-certificate"})
    void areRefusedWithAFileMoreOrLess(String name) throws IOException {
        Path signed = copy(name);
        Path more = Files.writeString(signed.resolve("more"), "");
        assertThatThrownBy(() -> verify(signed))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("'more' is not among the files signed");
        Files.delete(more);
        Files.delete(signed.resolve("signme-2"));
        assertThatThrownBy(() -> verify(signed))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("'signme-2', which was signed, is missing");
    }

    @Test
    void areRefusedWhereAnyByteOfTheSignedEnvelopeIsChanged() throws IOException {
        Path signed = copy("v1.1.0-elliptic-key");
        JsonObject bundle = JsonParser.parseString(Files.readString(signed.resolve("model.sig")))
                .getAsJsonObject();
        JsonObject envelope = bundle.getAsJsonObject("dsseEnvelope");
        byte[] payload = Base64.getDecoder().decode(envelope.get("payload").getAsString());
        for (int i = 0; i < payload.length; i++) {
            byte[] wrong = payload.clone();
            wrong[i] ^= 2;
            envelope.addProperty("payload", Base64.getEncoder().encodeToString(wrong));
            Files.writeString(signed.resolve("model.sig"), bundle.toString());
            assertThatThrownBy(() -> verify(signed)).isInstanceOf(IntegrityException.class);
        }
    }

    @Test
    void areRefusedForAnotherKey() throws IOException {
        Path signed = copy("v1.1.0-elliptic-key");
        TrustPolicy other = TrustPolicy.signedBy(TestKeys.make("secp384r1").getPublic());
        assertThatThrownBy(() -> ModelSigning.verify(signed, other, signed.resolve("model.sig")))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("it names another key");
    }

    @Test
    void areWrittenWithTheSameStructureByUs() throws IOException {
        Path signed = copy("v1.1.0-elliptic-key");
        JsonObject theirs = bundle(signed.resolve("model.sig"));
        List<String> ignored = new ArrayList<>();
        payload(theirs)
                .getAsJsonObject("predicate")
                .getAsJsonObject("serialization")
                .getAsJsonArray("ignore_paths")
                .forEach(path -> ignored.add(path.getAsString()));
        byte[] written = ModelSigning.sign(signed, Set.copyOf(ignored), Signer.of(TestKeys.make("secp384r1")));
        JsonObject ours = JsonParser.parseString(new String(written, StandardCharsets.UTF_8))
                .getAsJsonObject();

        assertThat(withoutOrder(payload(ours))).isEqualTo(withoutOrder(payload(theirs)));
        assertThat(shape(ours)).isEqualTo(shape(theirs));
    }

    @Test
    void nameKeysAsWeDo() throws IOException {
        JsonObject theirs = bundle(SIGNED.resolve("v1.1.0-elliptic-key").resolve("model.sig"));
        String hint = theirs.getAsJsonObject("verificationMaterial")
                .getAsJsonObject("publicKey")
                .get("hint")
                .getAsString();
        assertThat(PemKeys.fingerprint(PemKeys.readPublic(SIGNED.resolve("signing-key-pub.pem"))))
                .isEqualTo(hint);
    }

    private static JsonObject bundle(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static JsonObject payload(JsonObject bundle) {
        String base64 = bundle.getAsJsonObject("dsseEnvelope").get("payload").getAsString();
        return JsonParser.parseString(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }

    /** The tool writes the paths that it left out in the order of a hash table. */
    private static Map<String, JsonElement> withoutOrder(JsonObject statement) {
        JsonObject serialization = statement.getAsJsonObject("predicate").getAsJsonObject("serialization");
        List<String> paths = new ArrayList<>();
        serialization.getAsJsonArray("ignore_paths").forEach(path -> paths.add(path.getAsString()));
        paths.sort(Comparator.naturalOrder());
        serialization.addProperty("ignore_paths", paths.toString());
        return statement.asMap();
    }

    /** The bundle without what differs from one signing to the next. */
    private static Set<Map.Entry<String, JsonElement>> shape(JsonObject bundle) {
        JsonObject copy = bundle.deepCopy();
        copy.getAsJsonObject("verificationMaterial")
                .getAsJsonObject("publicKey")
                .addProperty("hint", "");
        JsonObject envelope = copy.getAsJsonObject("dsseEnvelope");
        envelope.addProperty("payload", "");
        envelope.getAsJsonArray("signatures").get(0).getAsJsonObject().addProperty("sig", "");
        return new HashSet<>(copy.asMap().entrySet());
    }
}
