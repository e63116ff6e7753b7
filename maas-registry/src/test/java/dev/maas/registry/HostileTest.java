package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.IntegrityException;
import dev.maas.ModelVersion;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Registries whose objects were written by an adversary: each is refused, with the reason. */
class HostileTest {
    private final ObjectStore store = TestStores.memory(Clock.systemUTC());

    private ManagedRegistry open() {
        return Registries.open(new UnclosedStore(store), TestModels.OPTIONS);
    }

    private void replace(String key, byte[] bytes) {
        store.delete(key);
        store.putIfAbsent(key, ObjectContent.of(bytes, "application/json"));
    }

    private byte[] read(String key) throws Exception {
        try (var in = store.open(key).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    private JsonObject json(String key) throws Exception {
        return JsonParser.parseString(new String(read(key), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }

    /** What an adversary who knows the format writes: the checksum fits. */
    private static byte[] sealed(JsonObject entry) {
        entry.remove("checksum");
        entry.addProperty("checksum", Sha256.hex(CanonicalJson.bytes(entry)));
        return CanonicalJson.bytes(entry);
    }

    private static Arguments edit(String name, String reason, Consumer<JsonObject> edit) {
        return Arguments.of(name, reason, edit);
    }

    static Stream<Arguments> entries() {
        return Stream.of(
                edit("another model's entry", "'model' is another model's", e -> e.addProperty("model", "ham")),
                edit(
                        "another place's entry",
                        "'sequence' is not a whole number from 2 to 2",
                        e -> e.addProperty("sequence", 3)),
                edit("sequence as text", "'sequence' is not a whole number", e -> e.addProperty("sequence", "2")),
                edit("sequence as a fraction", "'sequence' is not a whole number", e -> e.addProperty("sequence", 2.5)),
                edit("a fork", "changed or forked", e -> e.addProperty("previous", "1".repeat(64))),
                edit("no previous", "'previous' is missing", e -> e.remove("previous")),
                edit(
                        "previous that is no digest",
                        "'previous' is not a SHA-256",
                        e -> e.addProperty("previous", "../../etc")),
                edit("a gap in the versions", "publishes version 3 where 2 is next", e -> e.addProperty("version", 3)),
                edit("a version twice", "publishes version 1 where 2 is next", e -> e.addProperty("version", 1)),
                edit("version 0", "'version' is not a whole number from 1", e -> e.addProperty("version", 0)),
                edit(
                        "a huge version",
                        "'version' is not a whole number from 1",
                        e -> e.addProperty("version", 1L << 40)),
                edit("an unknown kind", "of the kind 'exec'", e -> e.addProperty("kind", "exec")),
                edit("a kind that is no text", "'kind' is not a text", e -> e.add("kind", new JsonObject())),
                edit("no time", "'at' is missing", e -> e.remove("at")),
                edit("a time that is none", "'at' is not a time", e -> e.addProperty("at", "yesterday")),
                edit(
                        "a manifest that is no digest",
                        "'manifest' is not a sha256 digest",
                        e -> e.addProperty("manifest", "latest")),
                edit(
                        "a manifest in md5",
                        "'manifest' is not a sha256 digest",
                        e -> e.addProperty("manifest", "md5:" + "0".repeat(32))),
                edit("a negative size", "'byteSize' is not a whole number from 0", e -> e.addProperty("byteSize", -1)),
                edit(
                        "blobs that are paths",
                        "'blobs' has something else than SHA-256s",
                        e -> e.getAsJsonArray("blobs").add("../../../etc/passwd")),
                edit(
                        "blobs that are numbers",
                        "'blobs' is not a text",
                        e -> e.getAsJsonArray("blobs").add(7)),
                edit(
                        "aliases with paths",
                        "The alias name '../x' is not valid",
                        e -> e.getAsJsonArray("aliases").add("../x")),
                edit("no facts", "'facts' is missing", e -> e.remove("facts")),
                edit(
                        "facts without signature",
                        "'signature' is missing",
                        e -> e.getAsJsonObject("facts").remove("signature")),
                edit(
                        "facts with an unknown type",
                        "No element type is named 'float128'",
                        e -> e.getAsJsonObject("facts")
                                .getAsJsonObject("signature")
                                .getAsJsonArray("inputs")
                                .get(0)
                                .getAsJsonObject()
                                .addProperty("type", "float128")),
                edit("two inputs of one name", "Two inputs are named 'text'", e -> {
                    var inputs = e.getAsJsonObject("facts")
                            .getAsJsonObject("signature")
                            .getAsJsonArray("inputs");
                    inputs.add(inputs.get(0).deepCopy());
                }),
                edit(
                        "a negative dimension",
                        "a size of 0 or more; got -5",
                        e -> e.getAsJsonObject("facts")
                                .getAsJsonObject("signature")
                                .getAsJsonArray("inputs")
                                .get(0)
                                .getAsJsonObject()
                                .getAsJsonArray("shape")
                                .add(-5)),
                edit(
                        "a semantic version that is none",
                        "got '1.4.2/../..'",
                        e -> e.getAsJsonObject("facts").addProperty("semanticVersion", "1.4.2/../..")),
                edit("a checkpoint of the future", "'checkpoint': 'sequence' is not a whole number from 1 to 1", e -> {
                    JsonObject ref = new JsonObject();
                    ref.addProperty("sequence", 9);
                    ref.addProperty("sha256", "0".repeat(64));
                    e.add("checkpoint", ref);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    void aForgedEntryIsRefused(String name, String reason, Consumer<JsonObject> edit) throws Exception {
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a"));
            registry.publish(model("spam", "b").alias("champion"));
        }
        String key = Keys.log("spam", 2);
        JsonObject entry = json(key);
        edit.accept(entry);
        replace(key, sealed(entry));
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.resolve("spam:1"))
                    .as(name)
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("spam")
                    .hasMessageContaining(reason);
            assertThatThrownBy(() -> registry.publish(model("spam", "c"))).isInstanceOf(IntegrityException.class);
        }
    }

    static Stream<Arguments> rawEntries() {
        List<Arguments> cases = new ArrayList<>();
        cases.add(Arguments.of("nothing", "not sound JSON", ""));
        cases.add(Arguments.of("a list", "not one JSON object", "[]"));
        cases.add(Arguments.of("a text", "not one JSON object", "\"x\""));
        cases.add(Arguments.of("two objects", "not sound JSON", "{}{}"));
        cases.add(Arguments.of("a name twice", "a name twice in one object", "{\"a\":1,\"a\":2}"));
        cases.add(Arguments.of("not a number", "not sound JSON", "{\"a\":NaN}"));
        cases.add(Arguments.of(
                "a number of many digits", "a number of 1000 characters", "{\"a\":" + "9".repeat(1000) + "}"));
        cases.add(Arguments.of("an endless exponent", "out of range", "{\"a\":1e999999999}"));
        cases.add(Arguments.of("single quotes", "not sound JSON", "{'a':1}"));
        cases.add(Arguments.of("a comment", "not sound JSON", "/* */{}"));
        cases.add(Arguments.of("cut", "not sound JSON", "{\"a\":"));
        cases.add(Arguments.of("deep", "nested deeper than 16", "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"));
        cases.add(Arguments.of("a byte order mark", "its checksum does not fit", "\uFEFF{}"));
        cases.add(Arguments.of("an XSSI prefix", "not sound JSON", ")]}'\n{}"));
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rawEntries")
    void anEntryThatIsNoSoundJsonIsRefused(String name, String reason, String text) {
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a"));
        }
        replace(Keys.log("spam", 2), text.getBytes(StandardCharsets.UTF_8));
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.resolve("spam"))
                    .as(name)
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("memory store")
                    .hasMessageContaining("models/spam/log/00000000000000000002.json")
                    .hasMessageContaining(reason);
        }
    }

    @Test
    void anEntryWithOtherSpacingIsRefused() throws Exception {
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a"));
        }
        String key = Keys.log("spam", 1);
        replace(key, (" " + new String(read(key), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.resolve("spam")).isInstanceOf(IntegrityException.class);
        }
    }

    @Test
    void anEntryThatIsTooLargeIsRefusedUnread() {
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a"));
        }
        replace(Keys.log("spam", 2), new byte[LogJson.LARGEST + 1]);
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.resolve("spam"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("more than");
        }
    }

    @Test
    void anEntryThatWasChangedBeforeOthersShows() throws Exception {
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a"));
            registry.publish(model("spam", "b"));
        }
        String key = Keys.log("spam", 1);
        JsonObject entry = json(key);
        entry.addProperty("who", "somebody else");
        replace(key, sealed(entry));
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.resolve("spam"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("changed or forked");
        }
    }

    @Test
    void anEntryThatWasRemovedFromTheMiddleShows() {
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a"));
            registry.publish(model("spam", "b"));
            registry.publish(model("spam", "c"));
        }
        store.delete(Keys.log("spam", 2));
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.resolve("spam:1"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("00000000000000000002.json' is missing");
            assertThatThrownBy(() -> registry.publish(model("spam", "d"))).isInstanceOf(IntegrityException.class);
        }
        assertThat(store.stat(Keys.log("spam", 2))).as("the gap was not filled").isEmpty();
    }

    /** A checkpoint that says something else than the log is passed over: no entry vouches for it. */
    @Test
    void aForgedCheckpointChangesNothing() throws Exception {
        ModelVersion truth;
        try (ManagedRegistry registry = open()) {
            for (int i = 0; i < 40; i++) {
                registry.publish(model("spam", "v" + i).alias("champion"));
            }
            truth = registry.resolve("spam@champion");
        }
        String key = store.list(Keys.checkpointFolder("spam"), null, 10)
                .objects()
                .get(0)
                .key();
        JsonObject forged = json(key);
        forged.getAsJsonObject("aliases").addProperty("champion", 1);
        replace(key, CanonicalJson.bytes(forged));
        try (ManagedRegistry registry = open()) {
            assertThat(registry.resolve("spam@champion")).isEqualTo(truth);
        }
        replace(key, new byte[] {1, 2, 3});
        try (ManagedRegistry registry = open()) {
            assertThat(registry.resolve("spam@champion")).isEqualTo(truth);
        }
        store.delete(key);
        try (ManagedRegistry registry = open()) {
            assertThat(registry.resolve("spam@champion")).isEqualTo(truth);
            assertThat(registry.resolve("spam:1").number()).isEqualTo(1);
        }
    }

    static Stream<Arguments> manifests() {
        return Stream.of(
                edit(
                        "another schema",
                        "'schemaVersion' is not a whole number from 2 to 2",
                        m -> m.addProperty("schemaVersion", 1)),
                edit(
                        "another media type",
                        "'mediaType' is not application/vnd.oci.image.manifest.v1+json",
                        m -> m.addProperty("mediaType", "text/html")),
                edit("another artifact type", "'artifactType' is missing", m -> m.remove("artifactType")),
                edit("no layers", "'layers' is missing", m -> m.remove("layers")),
                edit("no config", "'config' is missing", m -> m.remove("config")),
                edit(
                        "a layer without a name",
                        "a layer without org.cncf.model.filepath",
                        m -> layer(m).remove("annotations")),
                edit("a name that leaves", "it has the part '..'", m -> rename(m, "../../etc/passwd")),
                edit("an absolute name", "'/etc/passwd': it has the part ''", m -> rename(m, "/etc/passwd")),
                edit("a device", "is a device on Windows", m -> rename(m, "NUL")),
                edit("a name twice", "or it comes twice", m -> rename(m, "maas.json")),
                edit("a name that differs by case", "the same but for case", m -> rename(m, "MAAS.json")),
                edit("a control character", "the character U+0000", m -> rename(m, "a\u0000b")),
                edit("a negative size", "'size' is not a whole number from 0", m -> layer(m).addProperty("size", -1)),
                edit("a huge size", "'size' is not a whole number from 0", m -> layer(m).addProperty("size", 9.3e18)),
                edit("a size as text", "'size' is not a whole number from 0", m -> layer(m).addProperty("size", "7")),
                edit(
                        "a digest that is a path",
                        "'digest' is not a sha256 digest",
                        m -> layer(m).addProperty("digest", "sha256:../../x")),
                edit(
                        "another algorithm",
                        "'digest' is not a sha256 digest",
                        m -> layer(m).addProperty("digest", "sha512:" + "0".repeat(128))),
                edit(
                        "an annotation that is no text",
                        "'annotations' is not a text",
                        m -> layer(m).getAsJsonObject("annotations").addProperty("x", 1)));
    }

    private static JsonObject layer(JsonObject manifest) {
        return manifest.getAsJsonArray("layers").get(0).getAsJsonObject();
    }

    private static void rename(JsonObject manifest, String name) {
        layer(manifest).getAsJsonObject("annotations").addProperty(Manifest.FILEPATH, name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manifests")
    void aHostileManifestIsRefused(String name, String reason, Consumer<JsonObject> edit) throws Exception {
        JsonObject manifest;
        try (ManagedRegistry registry = open()) {
            ModelVersion version = registry.publish(model("spam", "a"));
            manifest = json(Keys.blob(version.digest().substring(7)));
        }
        edit.accept(manifest);
        byte[] bytes = CanonicalJson.bytes(manifest);
        assertThatThrownBy(() -> ManifestJson.read(bytes, "The manifest"))
                .as(name)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("The manifest")
                .hasMessageContaining(reason);
    }

    @Test
    void aManifestWithUnknownMembersIsRead() throws Exception {
        JsonObject manifest;
        try (ManagedRegistry registry = open()) {
            manifest =
                    json(Keys.blob(registry.publish(model("spam", "a")).digest().substring(7)));
        }
        manifest.addProperty("futureMember", true);
        layer(manifest).addProperty("urls", "x");
        Manifest read = ManifestJson.read(CanonicalJson.bytes(manifest), "The manifest");
        assertThat(read.files()).containsOnlyKeys("model.onnx");
    }

    /** The log's facts are what callers decide by; they must be what the version's digest covers. */
    @Test
    void factsInTheLogThatAreNotTheManifestsAreRefused() throws Exception {
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a").tag("unreviewed"));
        }
        String key = Keys.log("spam", 1);
        JsonObject entry = json(key);
        entry.getAsJsonObject("facts").getAsJsonArray("tags").add("reviewed");
        replace(key, sealed(entry));
        try (ManagedRegistry registry = open()) {
            ModelVersion version = registry.resolve("spam");
            assertThatThrownBy(() -> registry.open(version))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("do not agree");
        }
    }

    @Test
    void aNewerFormatIsRefused() {
        replace(Keys.HEADER, "{\"format\":2,\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(this::open).hasMessageContaining("format 2").hasMessageContaining("Update maas");
    }
}
