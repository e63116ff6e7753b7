package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.AliasUpdate;
import dev.maas.IntegrityException;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.VersionUpdate;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.oci.DockerRegistry;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry of models in Docker's registry, and what other tools see of it. */
class OciRegistryTest extends RegistryBehaviour {
    private static final Path SKOPEO = Path.of("/usr/bin/skopeo");

    private static DockerRegistry server;
    private static int count;

    private String repository = "";

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = DockerRegistry.start(folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    ObjectStore store() {
        return DockerRegistry.store(server.location(repository));
    }

    @Override
    @BeforeEach
    void open() throws Exception {
        count++;
        repository = "team/models-" + count;
        super.open();
    }

    @Override
    int manyEntries() {
        return 40;
    }

    private static String hex(ModelVersion version) {
        return version.digest().substring(Sha256.PREFIX.length());
    }

    private String named(String tag) throws Exception {
        return Sha256.hex(server.manifest(repository, tag).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void otherToolsFindVersionsByDigestByNumberAndByAlias() throws Exception {
        ModelVersion one = registry.publish(model("spam", "a").semanticVersion("1.4.2"));
        ModelVersion two = registry.publish(model("spam", "b").alias("champion"));

        assertThat(named(one.digest())).isEqualTo(hex(one));
        assertThat(named("spam.V1")).isEqualTo(hex(one));
        assertThat(named("spam.V1.4.2")).isEqualTo(hex(one));
        assertThat(named("spam.V2")).isEqualTo(hex(two));
        assertThat(named("spam.AT.champion")).isEqualTo(hex(two));

        registry.alias(AliasUpdate.of("spam", "champion", 1));
        assertThat(named("spam.AT.champion")).as("moved").isEqualTo(hex(one));
        registry.alias(AliasUpdate.removal("spam", "champion"));
        assertThat(server.manifest(repository, "spam.AT.champion"))
                .as("removed")
                .isEmpty();
        assertThat(named("spam.V1")).as("what the name was of").isEqualTo(hex(one));

        JsonObject manifest =
                JsonParser.parseString(server.manifest(repository, "spam.V1")).getAsJsonObject();
        assertThat(manifest.get("artifactType").getAsString()).isEqualTo(Manifest.ARTIFACT_TYPE);
    }

    @Test
    void signaturesAreFoundByTheTagThatStandsInForReferrers() throws Exception {
        ModelVersion version = registry.publish(model("spam", "a"));
        ManagedRegistry.Attachment one = registry.attach(version, "application/json", new byte[] {'1'});
        ManagedRegistry.Attachment two = registry.attach(version, "text/plain", new byte[] {'2'});

        JsonObject index = JsonParser.parseString(server.manifest(repository, "sha256-" + hex(version)))
                .getAsJsonObject();
        assertThat(index.get("mediaType").getAsString()).isEqualTo("application/vnd.oci.image.index.v1+json");
        assertThat(index.getAsJsonArray("manifests").asList())
                .extracting(line -> line.getAsJsonObject().get("digest").getAsString())
                .containsExactly(one.digest(), two.digest());
        assertThat(index.getAsJsonArray("manifests").asList())
                .extracting(line -> line.getAsJsonObject().get("artifactType").getAsString())
                .containsExactly("application/json", "text/plain");
        JsonObject signature = JsonParser.parseString(server.manifest(repository, one.digest()))
                .getAsJsonObject();
        assertThat(signature.getAsJsonObject("subject").get("digest").getAsString())
                .isEqualTo(version.digest());
    }

    @Test
    void whatACollectionRemovesIsGoneForOtherToolsToo() throws Exception {
        RegistryOptions eager = options().grace(Duration.ZERO).retention(Duration.ZERO);
        try (ManagedRegistry collecting = Registries.open(store(), eager)) {
            ModelVersion gone = collecting.publish(model("spam", "a"));
            collecting.attach(gone, "application/json", new byte[] {'1'});
            ModelVersion kept = collecting.publish(model("spam", "b"));
            collecting.update(VersionUpdate.delete("spam", 1));
            clock.advance(Duration.ofSeconds(1));

            CollectionReport first = collecting.collect();
            collecting.collect();

            assertThat(first.purgedVersions()).isEqualTo(1);
            assertThat(server.manifest(repository, gone.digest())).isEmpty();
            assertThat(server.manifest(repository, "spam.V1")).isEmpty();
            assertThat(server.manifest(repository, "sha256-" + hex(gone))).isEmpty();
            assertThat(server.tags(repository)).noneMatch(tag -> tag.startsWith("Trash"));
            assertThat(named("spam.V2")).isEqualTo(hex(kept));
            collecting.open(kept).close();

            ModelVersion again = collecting.publish(model("spam", "a"));
            assertThat(again.digest()).as("the same content").isEqualTo(gone.digest());
            collecting.open(again).close();
            assertThat(named("spam.V3")).isEqualTo(hex(gone));
        }
    }

    @Test
    void theRegistrysOwnCollectionTakesWhatWasDeletedAndNothingElse() throws Exception {
        RegistryOptions eager = options().grace(Duration.ZERO).retention(Duration.ZERO);
        try (ManagedRegistry collecting = Registries.open(store(), eager)) {
            collecting.publish(model("spam", "unneeded"));
            ModelVersion kept = collecting.publish(model("spam", "needed"));
            ManagedRegistry.Attachment attached = collecting.attach(kept, "text/plain", new byte[] {'1'});
            collecting.update(VersionUpdate.delete("spam", 1));
            clock.advance(Duration.ofSeconds(1));
            collecting.collect();
            collecting.collect();

            server.collectGarbage();

            assertThat(server.has(Sha256.hex("unneeded".getBytes(StandardCharsets.UTF_8))))
                    .isFalse();
            assertThat(server.has(Sha256.hex("needed".getBytes(StandardCharsets.UTF_8))))
                    .isTrue();
            assertThat(collecting.read(attached)).asString().isEqualTo("1");
        }
        try (ManagedRegistry reader = Registries.open(store(), options())) {
            reader.open(reader.resolve("spam")).close();
            assertThat(reader.history("spam", Page.Request.first(10)).items()).hasSize(5);
        }
    }

    @Test
    void aBlobThatTheRegistryServesDamagedIsRefused() throws Exception {
        ModelVersion version = registry.publish(model("spam", "weights"));
        server.flip(Sha256.hex("weights".getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(() -> registry.open(version))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("digest");
    }

    @Test
    void aSecondWriterShowsAsAForkOfTheLog() throws Exception {
        registry.publish(model("spam", "a"));
        registry.publish(model("spam", "b"));
        String key = "models/spam/log/" + "0".repeat(19) + "2.json";
        try (ObjectStore second = store()) {
            byte[] entry;
            try (InputStream in = second.open(key).orElseThrow()) {
                entry = in.readAllBytes();
            }
            second.delete(key);
            String other = new String(entry, StandardCharsets.UTF_8).replace("tester", "others");
            second.putIfAbsent(key, ObjectContent.of(other.getBytes(StandardCharsets.UTF_8), "application/json"));
        }
        try (ManagedRegistry reader = Registries.open(store(), options())) {
            assertThatThrownBy(() -> reader.resolve("spam")).isInstanceOf(IntegrityException.class);
        }
    }

    @Test
    void aReaderWithoutTheWritersPromiseReadsAndMayNotWrite() throws Exception {
        ModelVersion version = registry.publish(model("spam", "a"));
        try (ManagedRegistry reader = Registries.open("oci://" + server.host() + "/" + repository, options())) {
            assertThat(reader.resolve("spam")).isEqualTo(version);
            assertThat(reader.readOnlyReason().orElseThrow()).contains("single-writer=true");
        }
        assertThat(server.tags(repository)).doesNotContain("Probe.X");
    }

    private static String skopeo(String... arguments) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(SKOPEO), "skopeo is not installed (Debian: skopeo)");
        Path output = Files.createTempFile("skopeo", ".out");
        Process process = new ProcessBuilder(Stream.concat(Stream.of(SKOPEO.toString()), List.of(arguments).stream())
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output);
        Files.delete(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    @Test
    void skopeoInspectsCopiesAndMirrorsVersions(@TempDir Path folder) throws Exception {
        ModelVersion version = registry.publish(model("spam", "weights").alias("champion"));
        String image = "docker://" + server.host() + "/" + repository;

        String raw = skopeo("inspect", "--raw", "--tls-verify=false", image + ":spam.AT.champion");
        assertThat(Sha256.hex(raw.getBytes(StandardCharsets.UTF_8))).isEqualTo(hex(version));
        skopeo("copy", "--src-tls-verify=false", image + "@" + version.digest(), "dir:" + folder.resolve("copy"));
        assertThat(folder.resolve("copy/" + Sha256.hex("weights".getBytes(StandardCharsets.UTF_8))))
                .hasContent("weights");
        assertThat(folder.resolve("copy/manifest.json")).hasContent(raw);

        // All tags of a repository are the registry of models: its log comes along.
        skopeo(
                "sync",
                "--all",
                "--preserve-digests",
                "--src=docker",
                "--dest=docker",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                server.host() + "/" + repository,
                server.host() + "/mirror");
        String name = "mirror/" + repository.substring(repository.lastIndexOf('/') + 1);
        try (ManagedRegistry copy = Registries.open(DockerRegistry.store(server.location(name)), options())) {
            ModelVersion mirrored = copy.resolve("spam@champion");
            assertThat(mirrored).isEqualTo(version);
            try (ModelSource source = copy.open(mirrored);
                    InputStream in = source.open(source.entry())) {
                assertThat(in.readAllBytes()).asString().isEqualTo("weights");
            }
        }
    }
}
