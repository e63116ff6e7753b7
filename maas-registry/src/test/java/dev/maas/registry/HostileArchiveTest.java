package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.IntegrityException;
import dev.maas.registry.exchange.ImageLayoutReader;
import dev.maas.registry.exchange.RawTar;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives by an adversary who knows the format: every digest fits, and what is said is not so. Each is refused with the reason, and nothing
 * is written.
 */
class HostileArchiveTest {
    @TempDir
    Path folder;

    private final ObjectStore target = TestStores.memory(Clock.systemUTC());

    /** The parts of an archive, to be changed and put together again with digests that fit. */
    private static final class Forgery {
        final List<JsonObject> entries = new ArrayList<>();
        final Map<String, byte[]> blobs = new LinkedHashMap<>();
        final JsonObject index;
        JsonObject log;
        byte[] segment = new byte[0];
        boolean sealed = true;

        Forgery(Path archive) {
            try (ImageLayoutReader reader = ImageLayoutReader.open(archive)) {
                index = reader.index();
                String hex = ArchiveIndex.logHex(index, "it");
                log = json(reader.bytes(hex, 1 << 20));
                String lines =
                        layers(log).get(0).getAsJsonObject().get("digest").getAsString();
                new String(reader.bytes(lines.substring(7), 1 << 20), StandardCharsets.UTF_8)
                        .lines()
                        .forEach(line -> entries.add(json(line.getBytes(StandardCharsets.UTF_8))));
                reader.blobs().forEach(blob -> blobs.put(blob, reader.bytes(blob, 1 << 20)));
                blobs.remove(hex);
                blobs.remove(lines.substring(7));
            }
        }

        static JsonObject json(byte[] bytes) {
            return JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }

        static JsonArray layers(JsonObject manifest) {
            return manifest.getAsJsonArray("layers");
        }

        JsonArray manifests() {
            return index.getAsJsonArray("manifests");
        }

        JsonObject tagged(int place) {
            return manifests().get(place).getAsJsonObject();
        }

        JsonObject last() {
            return entries.get(entries.size() - 1);
        }

        String manifestHex() {
            return entries.get(0).get("manifest").getAsString().substring(7);
        }

        /** Exchanges the first version's manifest for another, everywhere. */
        void manifest(Consumer<JsonObject> edit) {
            String before = manifestHex();
            JsonObject manifest = json(java.util.Objects.requireNonNull(blobs.remove(before)));
            edit.accept(manifest);
            byte[] bytes = CanonicalJson.bytes(manifest);
            String hex = put(bytes);
            JsonObject entry = entries.get(0);
            entry.addProperty("manifest", "sha256:" + hex);
            entry.getAsJsonArray("blobs").add(hex);
            for (int i = 0; i < manifests().size(); i++) {
                if (tagged(i).get("digest").getAsString().endsWith(before)) {
                    tagged(i).addProperty("digest", "sha256:" + hex);
                    tagged(i).addProperty("size", bytes.length);
                }
            }
        }

        String put(byte[] bytes) {
            blobs.put(Sha256.hex(bytes), bytes);
            return Sha256.hex(bytes);
        }

        private byte[] chained() {
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            String previous = LogEntry.NOTHING;
            for (JsonObject entry : entries) {
                if (sealed) {
                    entry.addProperty("previous", previous);
                    entry.remove("checksum");
                    entry.addProperty("checksum", Sha256.hex(CanonicalJson.bytes(entry)));
                }
                byte[] bytes = CanonicalJson.bytes(entry);
                previous = Sha256.hex(bytes);
                lines.writeBytes(bytes);
                lines.write('\n');
            }
            return lines.toByteArray();
        }

        byte[] archive() {
            if (log.has("layers")) {
                byte[] lines = segment.length > 0 ? segment : chained();
                JsonObject layer = layers(log).get(0).getAsJsonObject();
                layer.addProperty("digest", "sha256:" + put(lines));
                layer.addProperty("size", lines.length);
            }
            byte[] manifest = CanonicalJson.bytes(log);
            String hex = put(manifest);
            for (int i = 0; i < manifests().size(); i++) {
                if (tagged(i).get("artifactType").getAsString().equals(ArchiveIndex.LOG_TYPE)) {
                    tagged(i).addProperty("digest", "sha256:" + hex);
                    tagged(i).addProperty("size", manifest.length);
                }
            }
            RawTar tar = new RawTar().entry("oci-layout", '0', "{\"imageLayoutVersion\":\"1.0.0\"}");
            blobs.forEach((blob, bytes) -> tar.entry("blobs/sha256/" + blob, '0', bytes));
            return tar.entry("index.json", '0', CanonicalJson.bytes(index)).end(0);
        }
    }

    private static Arguments edit(String name, String reason, Consumer<Forgery> edit) {
        return Arguments.of(name, reason, edit);
    }

    private static Arguments unsealed(String name, String reason, Consumer<Forgery> edit) {
        return edit(name, reason, forgery -> {
            forgery.sealed = false;
            edit.accept(forgery);
        });
    }

    static Stream<Arguments> forgeries() {
        return Stream.of(
                edit("no log", "names 0 logs", f -> f.manifests().remove(0)),
                edit("two logs", "names 2 logs", f -> f.manifests().add(f.tagged(0))),
                edit("a log of another type", "artifactType", f -> f.log.addProperty("artifactType", "text/plain")),
                edit("a log without layers", "layers", f -> f.log.remove("layers")),
                edit(
                        "a segment twice",
                        "a segment twice",
                        f -> Forgery.layers(f.log).add(Forgery.layers(f.log).get(0))),
                edit("an empty line", "too short", f -> f.segment = new byte[] {'\n'}),
                edit(
                        "many empty lines",
                        "too short",
                        f -> f.segment = new String(new char[500_000])
                                .replace('\0', '\n')
                                .getBytes(StandardCharsets.UTF_8)),
                edit(
                        "a line without an end",
                        "does not end",
                        f -> f.segment = "x".repeat(500).getBytes(StandardCharsets.UTF_8)),
                edit(
                        "a line that is no JSON",
                        "not sound JSON",
                        f -> f.segment = ("x".repeat(500) + '\n').getBytes(StandardCharsets.UTF_8)),
                edit(
                        "a model's name that leads out",
                        "model name",
                        f -> f.entries.get(0).addProperty("model", "../../etc")),
                edit("an entry of another model", "another model", f -> f.last().addProperty("model", "ham")),
                edit("an entry of another place", "sequence", f -> f.last().addProperty("sequence", 9)),
                unsealed("an entry changed", "checksum", f -> f.last().addProperty("who", "eve")),
                unsealed("the first entry missing", "damaged", f -> f.entries.remove(0)),
                unsealed("an entry missing", "damaged", f -> f.entries.remove(1)),
                unsealed("two entries exchanged", "damaged", f -> f.entries.add(1, f.entries.remove(2))),
                unsealed("a forked chain", "does not follow", f -> {
                    JsonObject last = f.last();
                    last.addProperty("previous", "1".repeat(64));
                    last.remove("checksum");
                    last.addProperty("checksum", Sha256.hex(CanonicalJson.bytes(last)));
                }),
                unsealed("a cut tail", "index does not say", f -> f.entries.remove(f.entries.size() - 1)),
                edit("an unknown kind", "does not know", f -> f.last().addProperty("kind", "exec")),
                edit("an alias to nowhere", "not there", f -> f.last().addProperty("version", 7)),
                edit(
                        "a file missing",
                        "lacks",
                        f -> f.blobs.remove(Sha256.hex("one".getBytes(StandardCharsets.UTF_8)))),
                edit("a manifest missing", "is missing", f -> f.blobs.remove(f.manifestHex())),
                edit("a blob too many", "does not need", f -> f.put("extra".getBytes(StandardCharsets.UTF_8))),
                edit(
                        "a tag moved",
                        "index does not say",
                        f -> f.tagged(1)
                                .getAsJsonObject("annotations")
                                .addProperty("org.opencontainers.image.ref.name", "2")),
                edit("a tag too many", "index does not say", f -> {
                    JsonObject more = f.tagged(1).deepCopy();
                    more.getAsJsonObject("annotations").addProperty("org.opencontainers.image.ref.name", "prod");
                    f.manifests().add(more);
                }),
                edit(
                        "a version that is not listed",
                        "index does not say",
                        f -> f.manifests().remove(1)),
                edit(
                        "a size that is not so",
                        "index does not say",
                        f -> f.tagged(1).addProperty("size", 1)),
                edit("a member of its own in the index", "index does not say", f -> f.index.addProperty("x", "y")),
                edit(
                        "facts other than those signed",
                        "do not agree",
                        f -> f.entries.get(0).getAsJsonObject("facts").addProperty("description", "harmless")),
                edit(
                        "blobs that the log does not keep",
                        "do not agree",
                        f -> f.entries.get(0).add("blobs", new JsonArray())),
                edit(
                        "a file of another size",
                        "where a manifest says",
                        f -> f.manifest(manifest -> Forgery.layers(manifest)
                                .get(0)
                                .getAsJsonObject()
                                .addProperty("size", 999))),
                edit(
                        "a file whose name leads out",
                        "is not sound",
                        f -> f.manifest(manifest -> Forgery.layers(manifest)
                                .get(0)
                                .getAsJsonObject()
                                .getAsJsonObject("annotations")
                                .addProperty(Manifest.FILEPATH, "../../x"))),
                edit(
                        "a manifest of another type",
                        "artifactType",
                        f -> f.manifest(manifest -> manifest.addProperty("artifactType", "application/x"))));
    }

    private Path sound() {
        Path archive = folder.resolve("sound.tar");
        ObjectStore source = TestStores.memory(Clock.systemUTC());
        try (ManagedRegistry registry = Registries.open(source, OPTIONS)) {
            registry.publish(model("spam", "one").alias("champion"));
            registry.publish(model("spam", "two"));
            registry.alias("spam", "champion", 2);
            registry.exportModel("spam", archive);
        }
        return archive;
    }

    @Test
    void whatWasTakenApartAndPutTogetherIsImported() throws Exception {
        Path archive = Files.write(folder.resolve("same.tar"), new Forgery(sound()).archive());
        try (ManagedRegistry registry = Registries.open(target, OPTIONS)) {
            assertThat(registry.importModel(archive).newEntries()).isEqualTo(3);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void aForgedArchiveIsRefusedAndNothingIsWritten(String name, String reason, Consumer<Forgery> edit)
            throws Exception {
        Forgery forgery = new Forgery(sound());
        edit.accept(forgery);
        Path archive = Files.write(folder.resolve("forged.tar"), forgery.archive());
        try (ManagedRegistry registry = Registries.open(target, OPTIONS)) {
            assertThatThrownBy(() -> registry.importModel(archive))
                    .as(name)
                    .isInstanceOfAny(IntegrityException.class, dev.maas.RegistryException.class)
                    .hasMessageContaining("forged.tar")
                    .hasMessageContaining(reason)
                    .hasMessageNotContaining(folder.toString());
            assertThat(target.list("", null, 100).objects())
                    .as("only the header")
                    .hasSize(1);
        }
    }
}
