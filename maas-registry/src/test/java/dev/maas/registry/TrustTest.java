package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.ModelVersion;
import dev.maas.VersionUpdate;
import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.seal.ModelSigning;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TestKeys;
import dev.maas.registry.seal.TrustPolicy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registry hands out that asks for signatures. */
class TrustTest {
    private static final KeyPair PIPELINE = TestKeys.make("secp256r1");
    private static final KeyPair RELEASE = TestKeys.make("Ed25519");
    private static final TrustPolicy POLICY = TrustPolicy.builder()
            .signer("pipeline", PIPELINE.getPublic())
            .signer("release", RELEASE.getPublic())
            .require("prod-*", 2)
            .require("*", 1)
            .build();

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final ObjectStore store = TestStores.memory(clock);

    private static RegistryOptions signing() {
        return OPTIONS.signWith(Signer.of(PIPELINE));
    }

    private ManagedRegistry open(RegistryOptions options) {
        return Registries.open(new UnclosedStore(store), options);
    }

    @Test
    void aVersionIsTrustedFromTheMomentItIsPublished() {
        ModelVersion published =
                open(signing()).publish(model("spam", "weights").alias("champion"));
        ManagedRegistry reader = open(OPTIONS.trust(POLICY));
        assertThat(reader.resolve("spam")).isEqualTo(published);
        assertThat(reader.resolve("spam@champion")).isEqualTo(published);
        reader.open(published).close();
        assertThat(reader.verify(published, POLICY)).containsExactly("pipeline");
        assertThat(reader.attachments(published))
                .extracting(ManagedRegistry.Attachment::type)
                .containsExactly(ModelSigning.MEDIA_TYPE);
        assertThat(store.stat(Keys.log("spam", 2))).as("one commit").isEmpty();
    }

    @Test
    void anUnsignedVersionIsNeitherResolvedNorOpened() {
        ModelVersion published = open(OPTIONS).publish(model("spam", "weights").alias("champion"));
        ManagedRegistry reader = open(OPTIONS.trust(POLICY));
        for (String ref : List.of("spam", "spam:1", "spam@champion", "spam@" + published.digest())) {
            assertThatThrownBy(() -> reader.resolve(ref))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessage("'spam' is not trusted: the rule '*': 1 of [pipeline, release] is not met, it has no"
                            + " signature");
        }
        assertThatThrownBy(() -> reader.open(published)).isInstanceOf(IntegrityException.class);
        assertThat(open(OPTIONS).resolve("spam")).isEqualTo(published);
    }

    @Test
    void aSecondSignerMakesAVersionTrusted() {
        ManagedRegistry publisher = open(signing());
        ModelVersion published = publisher.publish(model("prod-spam", "weights"));
        ManagedRegistry reader = open(OPTIONS.trust(POLICY));
        assertThatThrownBy(() -> reader.resolve("prod-spam")).hasMessageContaining("only those of [pipeline] count");
        publisher.sign(published, Signer.of(PIPELINE));
        assertThatThrownBy(() -> reader.resolve("prod-spam")).hasMessageContaining("only those of [pipeline] count");
        publisher.sign(published, Signer.of(RELEASE));
        assertThat(reader.resolve("prod-spam")).isEqualTo(published);
        assertThat(reader.verify(published, POLICY)).containsExactly("pipeline", "release");
    }

    @Test
    void aStrangersSignatureDoesNotCount() {
        ManagedRegistry publisher = open(OPTIONS.signWith(Signer.of(TestKeys.make("secp256r1"))));
        publisher.publish(model("spam", "weights"));
        assertThatThrownBy(() -> open(OPTIONS.trust(POLICY)).resolve("spam"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("it is by none of those named");
    }

    @Test
    void theSignatureOfAnotherVersionOrModelDoesNotCount() {
        ManagedRegistry publisher = open(signing());
        ModelVersion signed = publisher.publish(model("spam", "weights"));
        byte[] signature = publisher.read(publisher.attachments(signed).get(0));
        ManagedRegistry other = open(OPTIONS);
        ModelVersion worse = other.publish(model("spam", "worse"));
        other.attach(worse, ModelSigning.MEDIA_TYPE, signature);
        ModelVersion moved = other.publish(model("ham", "weights"));
        other.attach(moved, ModelSigning.MEDIA_TYPE, signature);

        ManagedRegistry reader = open(OPTIONS.trust(POLICY));
        assertThat(reader.resolve("spam:1")).isEqualTo(signed);
        assertThatThrownBy(() -> reader.resolve("spam:2")).hasMessageContaining("is not the file that was signed");
        assertThatThrownBy(() -> reader.resolve("ham")).hasMessageContaining("it is for the model 'spam'");
    }

    @Test
    void aDamagedOrMissingSignatureDoesNotCountAndHidesNoOther() {
        ManagedRegistry publisher = open(signing());
        ModelVersion published = publisher.publish(model("spam", "weights"));
        String manifest = publisher.attachments(published).get(0).digest().substring(Sha256.PREFIX.length());
        store.delete(Keys.blob(manifest));
        store.putIfAbsent(Keys.blob(manifest), ObjectContent.of(new byte[] {1}, "application/json"));
        assertThatThrownBy(() -> open(OPTIONS.trust(POLICY)).resolve("spam"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("none of its 1 signatures counts");
        publisher.sign(published, Signer.of(RELEASE));
        assertThat(open(OPTIONS.trust(POLICY)).resolve("spam")).isEqualTo(published);
    }

    @Test
    void laterEditsOfTagsAreNotWhatIsSigned() {
        ManagedRegistry publisher = open(signing());
        publisher.publish(
                model("spam", "weights").tag("new").description("first").semanticVersion("1.0.0"));
        ManagedRegistry reader = open(OPTIONS.trust(POLICY));
        reader.resolve("spam");
        publisher.update(VersionUpdate.edit("spam", 1).tag("old").description("second"));
        assertThat(reader.resolve("spam:1.0.0").metadata().description()).isEqualTo("second");
    }

    @Test
    void whatTheLogSaysMustBeWhatWasSigned() throws IOException {
        try (ManagedRegistry publisher = Registries.open(folder, signing())) {
            publisher.publish(model("spam", "weights").semanticVersion("1.0.0"));
        }
        rewriteFirstEntry(facts -> facts.addProperty("semanticVersion", "2.0.0"));
        try (ManagedRegistry reader = Registries.open(folder, OPTIONS.trust(POLICY))) {
            assertThatThrownBy(() -> reader.resolve("spam"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("do not agree");
        }
    }

    /** Whoever can write to the store can write a sound log with other contents. */
    private void rewriteFirstEntry(Consumer<JsonObject> edit) throws IOException {
        Path entry = folder.resolve(Keys.log("spam", 1));
        JsonObject json = StrictJson.object(Files.readAllBytes(entry), "entry");
        edit.accept(json.getAsJsonObject("facts"));
        json.remove("checksum");
        json.addProperty("checksum", Sha256.hex(CanonicalJson.bytes(json)));
        Files.delete(entry);
        Files.write(entry, CanonicalJson.bytes(json));
    }

    @Test
    void aCheckpointMayNotSayOtherwiseEither() throws IOException {
        ManagedRegistry publisher = open(signing());
        ModelVersion published = publisher.publish(model("spam", "weights").semanticVersion("1.0.0"));
        Trust trust = new Trust(new Blobs(store), Optional.of(POLICY));
        ModelState state = new LogReader(new StoreReader(store)).replay("spam");
        Trust.Candidate sound = Trust.Candidate.of(state.version(1).orElseThrow());
        trust.require(sound);
        ModelVersion forged = new ModelVersion(
                "spam",
                1,
                published.digest(),
                published.publishedAt(),
                published.publisher(),
                published.byteSize(),
                published.signature(),
                published.metadata().toBuilder().semanticVersion("9.0.0").build(),
                false);
        assertThatThrownBy(() -> trust.require(
                        new Trust.Candidate(forged, sound.factsHex(), sound.blobs(), sound.attachments())))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("What is said about 'spam:1'");
    }

    @Test
    void signaturesOutlastCollectionsAndCheckpoints() {
        ManagedRegistry publisher =
                open(signing().clock(clock).grace(Duration.ZERO).retention(Duration.ZERO));
        ModelVersion published = publisher.publish(model("spam", "weights"));
        for (int i = 0; i < 40; i++) {
            publisher.alias("spam", "a" + i, 1);
        }
        assertThat(new LogReader(new StoreReader(store)).checkpoints("spam")).isNotEmpty();
        publisher.collect();
        publisher.collect();
        assertThat(open(OPTIONS.trust(POLICY)).resolve("spam")).isEqualTo(published);
    }

    @Test
    void verifyReadsEveryByte() throws IOException {
        try (ManagedRegistry registry = Registries.open(folder, signing())) {
            ModelVersion published = registry.publish(model("spam", "weights"));
            Path blob = folder.resolve(Keys.blob(Sha256.hex("weights".getBytes(StandardCharsets.UTF_8))));
            Files.delete(blob);
            Files.writeString(blob, "weighty");
            assertThatThrownBy(() -> registry.verify(published, POLICY)).isInstanceOf(IntegrityException.class);
        }
    }

    @Test
    void theSignatureIsOverTheFilesThatOtherToolsUnpack() throws IOException {
        ManagedRegistry registry = open(signing());
        ModelVersion published = registry.publish(model("spam", "weights"));
        Path unpacked = Files.createDirectories(folder.resolve("spam"));
        Manifest manifest = ManifestJson.read(blob(published.digest().substring(Sha256.PREFIX.length())), "manifest");
        for (Map.Entry<String, String> file : manifest.digests().entrySet()) {
            Files.write(unpacked.resolve(file.getKey()), blob(file.getValue()));
        }
        assertThat(registry.facts(published))
                .as("what who verifies outside needs besides the files")
                .isEqualTo(Files.readAllBytes(unpacked.resolve("maas.json")));
        Path signature = Files.write(
                folder.resolve("model.sig"),
                registry.read(registry.attachments(published).get(0)));
        ModelSigning.Verified verified = ModelSigning.verify(unpacked, POLICY, signature);
        assertThat(verified.name()).isEqualTo("spam");
        assertThat(verified.files()).containsOnlyKeys("model.onnx", "maas.json");
    }

    private byte[] blob(String hex) throws IOException {
        try (InputStream in = store.open(Keys.blob(hex)).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    @Test
    void publishingTheSameAgainAddsNoSignature() {
        ManagedRegistry publisher = open(signing());
        ModelVersion first = publisher.publish(model("spam", "weights").semanticVersion("1.0.0"));
        assertThat(publisher.publish(model("spam", "weights").semanticVersion("1.0.0")))
                .isEqualTo(first);
        assertThat(publisher.attachments(first)).hasSize(1);
    }
}
