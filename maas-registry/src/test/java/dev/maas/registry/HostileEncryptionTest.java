package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.seal.KeyFile;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Encrypted versions that were changed by an adversary who can write to the store, knows the format, and makes every digest fit: each is refused,
 * with the reason.
 */
class HostileEncryptionTest {
    private static final int SEGMENT = 1 << 20;

    @TempDir
    Path folder;

    private final ObjectStore store = TestStores.memory(Clock.systemUTC());

    /** A change of a manifest. */
    @FunctionalInterface
    interface Forgery {
        void change(HostileEncryptionTest test, JsonObject manifest) throws Exception;
    }

    private static Arguments forgery(String name, String reason, Forgery forgery) {
        return Arguments.of(name, reason, forgery);
    }

    static Stream<Arguments> forgeries() {
        return Stream.of(
                forgery("two files change names", "wrapped for this file", (t, m) -> {
                    JsonObject first = annotations(m, 0);
                    JsonObject second = annotations(m, 1);
                    for (String name : List.of(Manifest.FILEPATH, Manifest.TITLE)) {
                        String kept = first.get(name).getAsString();
                        first.addProperty(name, second.get(name).getAsString());
                        second.addProperty(name, kept);
                    }
                }),
                forgery("two blobs change places", "does not open at segment 0", (t, m) -> {
                    for (String member : List.of("digest", "size")) {
                        var kept = layer(m, 0).get(member);
                        layer(m, 0).add(member, layer(m, 1).get(member));
                        layer(m, 1).add(member, kept);
                    }
                }),
                forgery(
                        "a whole layer of another version",
                        "wrapped for this file",
                        (t, m) -> copy(t.manifest("spam", 2), m, "digest", "size", "annotations")),
                forgery(
                        "a whole layer of another model",
                        "wrapped for this file",
                        (t, m) -> copy(t.manifest("ham", 1), m, "digest", "size", "annotations")),
                forgery(
                        "the blob of another version",
                        "does not open at segment 0",
                        (t, m) -> copy(t.manifest("spam", 2), m, "digest", "size")),
                forgery(
                        "the wrapped key of another version",
                        "wrapped for this file",
                        (t, m) -> annotations(m, 0)
                                .add(
                                        EncryptedLayer.KEYS,
                                        annotations(t.manifest("spam", 2), 0).get(EncryptedLayer.KEYS))),
                forgery(
                        "a bit of the first segment",
                        "does not open at segment 0",
                        (t, m) -> t.reblob(m, bytes -> flipped(bytes, 100))),
                forgery(
                        "a bit of the last segment",
                        "does not open at segment 2",
                        (t, m) -> t.reblob(m, bytes -> flipped(bytes, bytes.length - 1))),
                forgery(
                        "a bit of the header",
                        "does not open at segment 0",
                        (t, m) -> t.reblob(m, bytes -> flipped(bytes, 5))),
                forgery(
                        "cut at a segment",
                        "does not open at segment 1 of 2",
                        (t, m) -> t.reblob(m, bytes -> Arrays.copyOf(bytes, 2 * SEGMENT))),
                forgery(
                        "cut within a segment",
                        "does not open at segment 2",
                        (t, m) -> t.reblob(m, bytes -> Arrays.copyOf(bytes, bytes.length - 100))),
                forgery(
                        "segments in another order",
                        "does not open at segment 0",
                        (t, m) -> t.reblob(m, HostileEncryptionTest::reordered)),
                forgery(
                        "more at the end",
                        "does not open at segment 2",
                        (t, m) -> t.reblob(m, bytes -> Arrays.copyOf(bytes, bytes.length + 50))),
                forgery(
                        "a size that no encrypted file has",
                        "which no encrypted file has",
                        (t, m) -> layer(m, 0).addProperty("size", 30)),
                forgery(
                        "a type that is not encrypted",
                        "says how it is encrypted",
                        (t, m) -> layer(m, 0).addProperty("mediaType", "application/vnd.cncf.model.weight.v1.raw")),
                forgery(
                        "no wrapped key",
                        "'org.opencontainers.image.enc.keys.provider.maas' is missing",
                        (t, m) -> annotations(m, 0).remove(EncryptedLayer.KEYS)),
                forgery(
                        "no algorithm",
                        "'org.opencontainers.image.enc.pubopts' is missing",
                        (t, m) -> annotations(m, 0).remove(EncryptedLayer.OPTIONS)),
                forgery(
                        "an algorithm that is none of ours",
                        "Update maas",
                        (t, m) -> edit(m, EncryptedLayer.OPTIONS, o -> o.addProperty("cipher", "NULL"))),
                forgery(
                        "no fingerprint",
                        "'hmac' is missing",
                        (t, m) -> edit(m, EncryptedLayer.OPTIONS, o -> o.remove("hmac"))),
                forgery(
                        "a short fingerprint",
                        "is not 32 bytes",
                        (t, m) -> edit(m, EncryptedLayer.OPTIONS, o -> o.addProperty("hmac", "AAAA"))),
                forgery(
                        "options that are no base64",
                        "is not base64",
                        (t, m) -> annotations(m, 0).addProperty(EncryptedLayer.OPTIONS, "?")),
                forgery(
                        "options that are no JSON",
                        "not sound JSON",
                        (t, m) -> annotations(m, 0).addProperty(EncryptedLayer.OPTIONS, "AAAA")),
                forgery(
                        "a wrapped key of many megabytes",
                        "too long",
                        (t, m) -> annotations(m, 0).addProperty(EncryptedLayer.KEYS, "A".repeat(1 << 20))),
                forgery(
                        "a wrapped key that is no base64",
                        "'wrapped_data' is not base64",
                        (t, m) -> edit(m, EncryptedLayer.KEYS, k -> k.addProperty("wrapped_data", "A"))),
                forgery(
                        "an empty wrapped key",
                        "'wrapped_data' is not base64",
                        (t, m) -> edit(m, EncryptedLayer.KEYS, k -> k.addProperty("wrapped_data", ""))),
                forgery(
                        "a wrapped key with a bit flipped",
                        "wrapped for this file",
                        (t, m) -> edit(m, EncryptedLayer.KEYS, HostileEncryptionTest::flipWrapped)),
                forgery(
                        "a key without id",
                        "'kid' is missing",
                        (t, m) -> edit(m, EncryptedLayer.KEYS, k -> k.remove("kid"))),
                forgery(
                        "an id with control characters",
                        "'kid' does not go",
                        (t, m) -> edit(m, EncryptedLayer.KEYS, k -> k.addProperty("kid", "a\u001b[2Jb"))),
                forgery("facts that cannot be read", "which everybody must be able to read", (t, m) -> {
                    JsonArray layers = m.getAsJsonArray("layers");
                    JsonObject facts = layers.get(layers.size() - 1).getAsJsonObject();
                    JsonObject encrypted = layer(m, 0).deepCopy();
                    encrypted.add("annotations", annotations(m, 0).deepCopy());
                    JsonObject named = encrypted.getAsJsonObject("annotations");
                    named.addProperty(Manifest.FILEPATH, Manifest.FACTS_FILE);
                    layers.set(layers.size() - 1, encrypted);
                    assertThat(facts.size()).isPositive();
                }));
    }

    private static JsonObject layer(JsonObject manifest, int index) {
        return manifest.getAsJsonArray("layers").get(index).getAsJsonObject();
    }

    private static JsonObject annotations(JsonObject manifest, int index) {
        return layer(manifest, index).getAsJsonObject("annotations");
    }

    private static void copy(JsonObject from, JsonObject to, String... members) {
        for (String member : members) {
            layer(to, 0).add(member, layer(from, 0).get(member));
        }
    }

    private static void edit(JsonObject manifest, String annotation, java.util.function.Consumer<JsonObject> edit) {
        String base64 = annotations(manifest, 0).get(annotation).getAsString();
        JsonObject json = JsonParser.parseString(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8))
                .getAsJsonObject();
        edit.accept(json);
        annotations(manifest, 0).addProperty(annotation, Base64.getEncoder().encodeToString(CanonicalJson.bytes(json)));
    }

    private static void flipWrapped(JsonObject packet) {
        byte[] wrapped = Base64.getDecoder().decode(packet.get("wrapped_data").getAsString());
        packet.addProperty("wrapped_data", Base64.getEncoder().encodeToString(flipped(wrapped, wrapped.length - 1)));
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] other = bytes.clone();
        other[at] ^= 1;
        return other;
    }

    private static byte[] reordered(byte[] bytes) {
        byte[] other = bytes.clone();
        System.arraycopy(bytes, 0, other, SEGMENT, SEGMENT);
        System.arraycopy(bytes, SEGMENT, other, 0, SEGMENT);
        return other;
    }

    // The store.

    private byte[] read(String key) throws Exception {
        try (InputStream in = store.open(key).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    private JsonObject json(String key) throws Exception {
        return JsonParser.parseString(new String(read(key), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }

    private JsonObject manifest(String model, int version) throws Exception {
        return json(Keys.blob(
                json(Keys.log(model, version)).get("manifest").getAsString().substring(7)));
    }

    private String put(byte[] bytes) {
        String hex = Sha256.hex(bytes);
        store.putIfAbsent(Keys.blob(hex), ObjectContent.of(bytes, ObjectContent.OCTETS));
        return hex;
    }

    /** Puts another blob in the place of the first layer's, with the right digest and size. */
    private void reblob(JsonObject manifest, java.util.function.UnaryOperator<byte[]> change) throws Exception {
        byte[] blob = change.apply(
                read(Keys.blob(layer(manifest, 0).get("digest").getAsString().substring(7))));
        layer(manifest, 0).addProperty("digest", Sha256.PREFIX + put(blob));
        layer(manifest, 0).addProperty("size", blob.length);
    }

    /** Makes the log of a model say that its first version has this manifest. */
    private void replaceManifest(JsonObject manifest) throws Exception {
        JsonObject entry = json(Keys.log("spam", 1));
        byte[] bytes = CanonicalJson.bytes(manifest);
        entry.addProperty("manifest", Sha256.PREFIX + put(bytes));
        JsonArray blobs = entry.getAsJsonArray("blobs");
        manifest.getAsJsonArray("layers")
                .forEach(layer -> blobs.add(
                        layer.getAsJsonObject().get("digest").getAsString().substring(7)));
        entry.remove("checksum");
        entry.addProperty("checksum", Sha256.hex(CanonicalJson.bytes(entry)));
        for (int sequence = 1; sequence <= 2; sequence++) {
            store.delete(Keys.log("spam", sequence));
        }
        store.putIfAbsent(Keys.log("spam", 1), ObjectContent.of(CanonicalJson.bytes(entry), "application/json"));
    }

    private ManagedRegistry open() {
        Path keys = folder.resolve("keys.json");
        if (!keys.toFile().exists()) {
            KeyFile.create(keys);
        }
        return Registries.open(new UnclosedStore(store), OPTIONS.encryptWith(KeyWrapper.localFile(keys)));
    }

    private void publish() {
        byte[] large = new byte[2 * SEGMENT + 5000];
        Arrays.fill(large, (byte) 'x');
        ModelPackage content = ModelPackage.of(
                        ModelSource.of("model.onnx", Map.of("model.onnx", large, "weights.bin", large)))
                .signature(TestModels.SIGNATURE);
        try (ManagedRegistry registry = open()) {
            registry.publish(content.name("spam"));
            registry.publish(content.name("spam").description("the second"));
            registry.publish(content.name("ham"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void isRefused(String name, String reason, Forgery forgery) throws Exception {
        publish();
        JsonObject manifest = manifest("spam", 1);
        forgery.change(this, manifest);
        replaceManifest(manifest);
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> readAll(registry))
                    .as(name)
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining(reason)
                    .hasMessageContaining("spam:1");
        }
    }

    private static void readAll(ManagedRegistry registry) throws Exception {
        try (ModelSource source = registry.open(registry.resolve("spam:1"))) {
            for (String file : source.files()) {
                try (InputStream in = source.open(file)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
            }
        }
    }

    /** The control: what was not changed is read, also after the same detour. */
    @Test
    void whatWasNotChangedIsRead() throws Exception {
        publish();
        replaceManifest(manifest("spam", 1));
        try (ManagedRegistry registry = open()) {
            readAll(registry);
        }
    }

    @Test
    void anIdOfAKeyThatIsNotThereIsNamed() throws Exception {
        publish();
        JsonObject manifest = manifest("spam", 1);
        edit(manifest, EncryptedLayer.KEYS, packet -> packet.addProperty("kid", "tink:1"));
        replaceManifest(manifest);
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> readAll(registry))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("'tink:1'");
        }
    }

    /** A reader of models stops when it has as many bytes as the size tells; it has noticed by then. */
    @Test
    void whatWasCutIsNoticedByWhoReadsAsManyBytesAsTheSizeTells() throws Exception {
        publish();
        JsonObject manifest = manifest("spam", 1);
        reblob(manifest, bytes -> Arrays.copyOf(bytes, 2 * SEGMENT));
        replaceManifest(manifest);
        try (ManagedRegistry registry = open();
                ModelSource source = registry.open(registry.resolve("spam:1"));
                InputStream in = source.open("model.onnx")) {
            int size = (int) source.size("model.onnx");
            assertThatThrownBy(() -> in.readNBytes(size)).isInstanceOf(IntegrityException.class);
        }
    }
}
