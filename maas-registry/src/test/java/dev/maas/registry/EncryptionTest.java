package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.PackageLimits;
import dev.maas.Page;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryException;
import dev.maas.registry.seal.KeyFile;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TrustPolicy;
import dev.maas.registry.seal.WrappedKey;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptionTest {
    private static final String MARKER = "These weights are nobody's business.";

    @TempDir
    Path folder;

    private final ObjectStore store = TestStores.memory(Clock.systemUTC());
    private Path keyFile;

    @BeforeEach
    void makeKeys() {
        keyFile = folder.resolve("keys.json");
        KeyFile.create(keyFile);
    }

    private KeyWrapper keys() {
        return KeyWrapper.localFile(keyFile);
    }

    private ManagedRegistry open(RegistryOptions options) {
        return Registries.open(new UnclosedStore(store), options);
    }

    private ManagedRegistry encrypting() {
        return open(OPTIONS.encryptWith(keys()));
    }

    private static ModelPackage model(String... files) {
        Map<String, byte[]> content = new java.util.TreeMap<>();
        for (int i = 0; i < files.length; i += 2) {
            content.put(files[i], files[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return ModelPackage.of(ModelSource.of(files[0], content)).name("spam").signature(TestModels.SIGNATURE);
    }

    private static String text(ModelSource source, String file) throws IOException {
        try (InputStream in = source.open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private List<byte[]> objects() throws IOException {
        List<byte[]> objects = new ArrayList<>();
        for (String key : TestFiles.keys(store)) {
            try (InputStream in = store.open(key).orElseThrow()) {
                objects.add(in.readAllBytes());
            }
        }
        return objects;
    }

    @Test
    void whatIsStoredIsEncryptedAndWhatIsOpenedIsNot() throws IOException {
        try (ManagedRegistry registry = encrypting()) {
            ModelVersion version = registry.publish(model("model.onnx", MARKER, "a/weights.bin", MARKER, "empty", ""));
            assertThat(version.byteSize()).isEqualTo(2L * MARKER.length());
            for (byte[] object : objects()) {
                assertThat(new String(object, StandardCharsets.ISO_8859_1)).doesNotContain("nobody's business");
            }
            try (ModelSource source = registry.open(version)) {
                assertThat(source.files()).containsExactly("a/weights.bin", "empty", "model.onnx");
                for (String file : List.of("model.onnx", "a/weights.bin")) {
                    assertThat(text(source, file)).isEqualTo(MARKER);
                    assertThat(source.size(file)).isEqualTo(MARKER.length());
                    assertThat(source.path(file)).isEmpty();
                }
                assertThat(text(source, "empty")).isEmpty();
                assertThat(source.size("empty")).isZero();
                assertThat(source.folder()).isEmpty();
            }
        }
    }

    @Test
    void twoPublishingsOfOneContentHaveNothingInCommon() {
        try (ManagedRegistry registry = encrypting()) {
            ModelVersion first = registry.publish(model("model.onnx", MARKER));
            ModelVersion second = registry.publish(model("model.onnx", MARKER));
            assertThat(first.digest()).isNotEqualTo(second.digest());
            Manifest one = manifest(first);
            Manifest two = manifest(second);
            assertThat(one.facts()).isEqualTo(two.facts());
            Manifest.Descriptor layer = entry(one);
            Manifest.Descriptor other = entry(two);
            assertThat(layer.hex()).isNotEqualTo(other.hex());
            assertThat(layer.mediaType()).isEqualTo("application/vnd.cncf.model.weight.v1.raw+encrypted");
            assertThat(layer.annotations().get(EncryptedLayer.KEYS))
                    .isNotEqualTo(other.annotations().get(EncryptedLayer.KEYS));
            assertThat(layer.annotations().get(EncryptedLayer.OPTIONS))
                    .isNotEqualTo(other.annotations().get(EncryptedLayer.OPTIONS));
        }
    }

    private static Manifest.Descriptor entry(Manifest manifest) {
        return manifest.layers().get(0);
    }

    private Manifest manifest(ModelVersion version) {
        String hex = version.digest().substring(7);
        return ManifestJson.read(new Blobs(store).bytes(hex, ManifestJson.LARGEST), "The manifest");
    }

    @Test
    void whoHasNoKeysListsVerifiesAndCollectsButDoesNotOpen() throws Exception {
        KeyPair signing = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String keyId;
        try (ManagedRegistry registry = open(OPTIONS.encryptWith(keys()).signWith(Signer.of(signing)))) {
            keyId = keys().keyId();
            registry.publish(model("model.onnx", MARKER)
                    .description("Spam?")
                    .tag("small")
                    .alias("champion"));
        }
        try (ManagedRegistry registry = open(OPTIONS)) {
            ModelVersion version = registry.resolve("spam@champion");
            assertThat(version.metadata().description()).isEqualTo("Spam?");
            assertThat(registry.versions("spam", Page.Request.first(10)).items())
                    .containsExactly(version);
            assertThat(registry.verify(version, TrustPolicy.signedBy(signing.getPublic())))
                    .containsExactly("signer");
            registry.collect();
            assertThatThrownBy(() -> registry.open(version))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("'spam:1'")
                    .hasMessageContaining(keyId)
                    .hasMessageContaining("decryptWith");
        }
        Path other = folder.resolve("other.json");
        KeyFile.create(other);
        try (ManagedRegistry registry = open(OPTIONS.decryptWith(KeyWrapper.localFile(other)))) {
            assertThatThrownBy(() -> registry.open(registry.resolve("spam")))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining(keyId);
        }
        try (ManagedRegistry registry =
                        open(OPTIONS.decryptWith(keys()).trust(TrustPolicy.signedBy(signing.getPublic())));
                ModelSource source = registry.open(registry.resolve("spam"))) {
            assertThat(text(source, "model.onnx")).isEqualTo(MARKER);
        }
    }

    /** Who reads only does not encrypt. */
    @Test
    void keysForReadingEncryptNothing() throws IOException {
        try (ManagedRegistry registry = open(OPTIONS.decryptWith(keys()))) {
            registry.publish(model("model.onnx", MARKER));
        }
        assertThat(objects().stream().map(bytes -> new String(bytes, StandardCharsets.UTF_8)))
                .contains(MARKER);
    }

    @Test
    void equalContentUnderOneSemanticVersionIsTheSameVersion() {
        ModelPackage content = model("model.onnx", MARKER, "b", "2").semanticVersion("1.0.0");
        ModelVersion first;
        try (ManagedRegistry registry = encrypting()) {
            first = registry.publish(content);
            assertThat(registry.publish(content.alias("champion"))).isEqualTo(first);
            assertThat(registry.resolve("spam@champion")).isEqualTo(first);
        }
        KeyFile.rotate(keyFile);
        try (ManagedRegistry registry = encrypting()) {
            assertThat(registry.publish(content)).isEqualTo(first);
            for (ModelPackage other : List.of(
                    model("model.onnx", MARKER, "b", "3").semanticVersion("1.0.0"),
                    model("model.onnx", MARKER, "c", "2").semanticVersion("1.0.0"),
                    model("model.onnx", MARKER).semanticVersion("1.0.0"),
                    content.description("another"))) {
                assertThatThrownBy(() -> registry.publish(other))
                        .isInstanceOf(RegistryConflictException.class)
                        .hasMessageContaining("spam:1.0.0");
            }
        }
    }

    @Test
    void contentThatCannotBeComparedIsAConflict() {
        ModelPackage content = model("model.onnx", MARKER).semanticVersion("1.0.0");
        try (ManagedRegistry registry = encrypting()) {
            registry.publish(content);
        }
        String keyId = keys().keyId();
        Path other = folder.resolve("other.json");
        KeyFile.create(other);
        try (ManagedRegistry registry = open(OPTIONS.encryptWith(KeyWrapper.localFile(other)))) {
            assertThatThrownBy(() -> registry.publish(content))
                    .isInstanceOf(RegistryConflictException.class)
                    .hasMessageContaining("cannot be told")
                    .hasMessageContaining(keyId);
        }
    }

    @Test
    void whatIsInTheClearIsAnotherThanWhatIsEncrypted() {
        ModelPackage clear = model("model.onnx", MARKER).semanticVersion("1.0.0");
        ModelPackage secret = model("model.onnx", MARKER).semanticVersion("2.0.0");
        try (ManagedRegistry plain = open(OPTIONS);
                ManagedRegistry registry = encrypting()) {
            plain.publish(clear);
            registry.publish(secret);
            assertThatThrownBy(() -> registry.publish(clear)).isInstanceOf(RegistryConflictException.class);
            assertThatThrownBy(() -> plain.publish(secret)).isInstanceOf(RegistryConflictException.class);
        }
    }

    @Test
    void afterRewrappingTheOldKeyCanGo() throws Exception {
        KeyPair signing = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        ModelVersion version;
        try (ManagedRegistry registry = open(OPTIONS.encryptWith(keys()).signWith(Signer.of(signing)))) {
            version = registry.publish(model("model.onnx", MARKER, "b", "2"));
            assertThat(registry.rewrap(version)).isEmpty();
        }
        KeyFile.rotate(keyFile);
        try (ManagedRegistry registry = open(OPTIONS.decryptWith(keys()))) {
            assertThat(registry.rewrap(version)).isPresent();
            assertThat(registry.rewrap(version)).isEmpty();
        }
        Path newest = folder.resolve("newest.json");
        TestFiles.keepNewestKey(keyFile, newest);
        RegistryOptions options =
                OPTIONS.decryptWith(KeyWrapper.localFile(newest)).trust(TrustPolicy.signedBy(signing.getPublic()));
        try (ManagedRegistry registry = open(options);
                ModelSource source = registry.open(registry.resolve("spam"))) {
            assertThat(registry.resolve("spam").digest()).isEqualTo(version.digest());
            assertThat(text(source, "model.onnx")).isEqualTo(MARKER);
            assertThat(text(source, "b")).isEqualTo("2");
        }
    }

    /** Whoever can write to the store can attach, but keeps nobody from reading what they could read. */
    @Test
    void wrappedKeysThatAreNoneAreReadOver() throws IOException {
        try (ManagedRegistry registry = encrypting()) {
            ModelVersion version = registry.publish(model("model.onnx", MARKER));
            registry.attach(version, FileKeys.MEDIA_TYPE, "{}".getBytes(StandardCharsets.UTF_8));
            registry.attach(
                    version,
                    FileKeys.MEDIA_TYPE,
                    "{\"keys\":{\"model.onnx\":{\"kid\":\"x\",\"wrapped_data\":\"AAAA\"}}}"
                            .getBytes(StandardCharsets.UTF_8));
            try (ModelSource source = registry.open(version)) {
                assertThat(text(source, "model.onnx")).isEqualTo(MARKER);
            }
        }
        Path other = folder.resolve("other.json");
        KeyFile.create(other);
        try (ManagedRegistry registry = open(OPTIONS.decryptWith(KeyWrapper.localFile(other)))) {
            assertThatThrownBy(() -> registry.open(registry.resolve("spam"))).isInstanceOf(AccessDeniedException.class);
        }
    }

    /** What an application implements: here, a service that masks keys by a number, and remembers what it gave. */
    private static final class FakeService implements KeyWrapper {
        private final List<byte[]> given = new ArrayList<>();
        private final List<String> contexts = new ArrayList<>();
        private int keyLength = 32;
        private boolean reachable = true;

        @Override
        public String keyId() {
            return "service/key/7";
        }

        @Override
        public WrappedKey wrap(byte[] dataKey, byte[] context) {
            contexts.add(new String(context, StandardCharsets.UTF_8));
            byte[] masked = dataKey.clone();
            mask(masked);
            return new WrappedKey(keyId(), masked);
        }

        @Override
        public byte[] unwrap(WrappedKey wrapped, byte[] context) {
            if (!reachable) {
                throw new RegistryException("The key service does not answer");
            }
            contexts.add(new String(context, StandardCharsets.UTF_8));
            byte[] key = Arrays.copyOf(wrapped.bytes(), keyLength);
            mask(key);
            given.add(key);
            return key;
        }

        private static void mask(byte[] key) {
            for (int i = 0; i < key.length; i++) {
                key[i] ^= 0x5A;
            }
        }
    }

    @Test
    void aKeyServiceIsAskedInAContextAndItsKeysAreWiped() throws IOException {
        FakeService service = new FakeService();
        try (ManagedRegistry registry = open(OPTIONS.encryptWith(service))) {
            ModelVersion version = registry.publish(model("model.onnx", MARKER, "b", "2"));
            ModelSource source = registry.open(version);
            assertThat(text(source, "model.onnx")).isEqualTo(MARKER);
            assertThat(service.contexts).hasSize(4);
            assertThat(service.contexts.get(0))
                    .isEqualTo(service.contexts.get(2))
                    .startsWith("{\"cipher\":\"AES256_GCM_HKDF_1MB\",\"facts\":\"sha256:")
                    .endsWith("\",\"file\":\"model.onnx\",\"model\":\"spam\"}");
            assertThat(service.given.get(0)).hasSize(32).isNotEqualTo(new byte[32]);
            source.close();
            source.close();
            assertThat(service.given).allMatch(key -> Arrays.equals(key, new byte[32]));
            assertThatThrownBy(() -> source.open("model.onnx")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aKeyServiceThatFailsIsNamed() {
        FakeService service = new FakeService();
        try (ManagedRegistry registry = open(OPTIONS.encryptWith(service))) {
            ModelVersion version = registry.publish(model("model.onnx", MARKER));
            service.keyLength = 16;
            assertThatThrownBy(() -> registry.open(version))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("16 bytes where 32 are right");
            service.reachable = false;
            assertThatThrownBy(() -> registry.open(version))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("does not answer");
        }
    }

    /** More than fits into memory on the way goes through a temporary file, encrypted; two of three segments here. */
    @Test
    void largeFilesAreEncryptedToo() throws IOException {
        byte[] large = new byte[2_700_000];
        new SplittableRandom(1).nextBytes(large);
        try (TestPlaces places = TestPlaces.s3(folder.resolve("s3"));
                ManagedRegistry registry =
                        Registries.open(TestPlaces.open(places.location("models")), OPTIONS.encryptWith(keys()))) {
            ModelVersion version =
                    registry.publish(ModelPackage.of(large).name("spam").signature(TestModels.SIGNATURE));
            try (ModelSource source = registry.open(version);
                    InputStream in = source.open("model.onnx")) {
                assertThat(in.readAllBytes()).isEqualTo(large);
            }
        }
        try (ManagedRegistry registry =
                Registries.open(TestStores.file(folder.resolve("file")), OPTIONS.encryptWith(keys()))) {
            ModelVersion version =
                    registry.publish(ModelPackage.of(large).name("spam").signature(TestModels.SIGNATURE));
            try (ModelSource source = registry.open(version);
                    InputStream in = source.open("model.onnx")) {
                in.skipNBytes(2_600_000);
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(large, 2_600_000, large.length));
            }
        }
    }

    /** An engine could not be given such a model from memory, and from nowhere else either. */
    @Test
    void aModelThatNeedsItsFilesInTheClearIsRefusedWhenPublished() {
        byte[] graph = OnnxBytes.withWeightIn("weights.bin", 0, "BitwiseAnd", OnnxBytes.UINT32, 4);
        ModelPackage content = ModelPackage.of(
                        ModelSource.of("model.onnx", Map.of("model.onnx", graph, "weights.bin", new byte[16])))
                .name("masked");
        try (ManagedRegistry registry = open(RegistryOptions.defaults().encryptWith(keys()))) {
            assertThatThrownBy(() -> registry.publish(content))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("cannot be encrypted")
                    .hasMessageContaining("'w' in 'weights.bin' is of the type uint32");
        }
        try (ManagedRegistry registry = open(RegistryOptions.defaults())) {
            assertThat(registry.publish(content).number()).isEqualTo(1);
        }
    }

    @Test
    void packagesBeyondTheLimitsAreRefused() {
        PackageLimits limits = PackageLimits.defaults().withFiles(2).withFileBytes(100);
        for (RegistryOptions options : List.of(OPTIONS, OPTIONS.encryptWith(keys()))) {
            try (ManagedRegistry registry = open(options.packageLimits(limits))) {
                assertThatThrownBy(() -> registry.publish(model("model.onnx", "1", "b", "2", "c", "3")))
                        .isInstanceOf(ModelLoadException.class)
                        .hasMessageContaining("more than 2 files");
                assertThatThrownBy(() -> registry.publish(model("model.onnx", "1".repeat(101))))
                        .isInstanceOf(ModelLoadException.class)
                        .hasMessageContaining("PackageLimits.fileBytes");
            }
        }
    }

    @Test
    void aFileThatCannotBeReadFailsThePublishing() throws GeneralSecurityException {
        ModelSource broken = new ModelSource() {
            private final ModelSource whole = ModelSource.of(new byte[10]);

            @Override
            public String entry() {
                return whole.entry();
            }

            @Override
            public java.util.Set<String> files() {
                return whole.files();
            }

            @Override
            public long size(String file) {
                return 10;
            }

            @Override
            public InputStream open(String file) throws IOException {
                throw new IOException("disk");
            }

            @Override
            public java.util.Optional<Path> path(String file) {
                return java.util.Optional.empty();
            }

            @Override
            public java.util.Optional<Path> folder() {
                return java.util.Optional.empty();
            }
        };
        try (ManagedRegistry registry = encrypting()) {
            assertThatThrownBy(() -> registry.publish(
                            ModelPackage.of(broken).name("spam").signature(TestModels.SIGNATURE)))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("'model.onnx'");
        }
    }
}
