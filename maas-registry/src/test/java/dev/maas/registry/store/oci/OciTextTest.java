package dev.maas.registry.store.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import dev.maas.registry.Registries;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written and read as text: locations, tags, challenges, configurations. */
class OciTextTest {
    private static final String HEX = "ab" + "0".repeat(62);

    @Test
    void aLocationIsPlainOnLoopbackOnlyUnlessItSaysSo() {
        OciLocation far = OciLocation.parse(URI.create("oci://Registry.Example.com:5000/team/models"));
        assertThat(far.root()).isEqualTo(URI.create("https://registry.example.com:5000/v2/team/models/"));
        assertThat(far.singleWriter()).isFalse();
        assertThat(far.name()).isEqualTo("oci store 'registry.example.com:5000/team/models'");
        assertThat(OciLocation.parse(URI.create("oci://localhost/m?plain-http=false&single-writer=true"))
                        .root())
                .hasScheme("https");
        assertThat(OciLocation.parse(URI.create("oci://10.0.0.1/m?plain-http=true"))
                        .root())
                .hasScheme("http");
        for (String near : List.of("localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000")) {
            assertThat(OciLocation.parse(URI.create("oci://" + near + "/m")).plainHttp())
                    .as(near)
                    .isTrue();
        }
        for (String other : List.of("localhost.example.com", "127.0.0.1.example.com", "registry")) {
            assertThat(OciLocation.parse(URI.create("oci://" + other + "/m")).plainHttp())
                    .as(other)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "oci:models",
                "oci:///models",
                "oci://host",
                "oci://host/",
                "oci://host/Models",
                "oci://host/a//b",
                "oci://host/a/../b",
                "oci://host/-a",
                "oci://host/a?x=y",
                "oci://host/a?plain-http=yes",
                "oci://host/a?single-writer=true&single-writer=true",
                "oci://host/a?credentials=none",
                "oci://host/a?plain-http",
                "oci://host/a#b",
                "oci://host/a:tag",
                "oci://user:word@host/a"
            })
    void oddLocationsAreRefusedWithoutTheirSecrets(String location) {
        assertThatThrownBy(() -> Registries.open(location))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("oci://")
                .hasMessageNotContaining("word");
    }

    @ParameterizedTest
    @CsvSource({
        "store.json, Store.json",
        "models/spam/log/00000000000000000001.json, ModelsXspamXlogX00000000000000000001.json",
        "x, X",
        "x/x, XXx"
    })
    void aKeyHasATagThatTellsIt(String key, String tag) {
        assertThat(OciTags.of(key)).isEqualTo(tag);
        assertThat(OciTags.key(tag)).contains(key);
    }

    @Test
    void theTagsOfAllKindsOfKeysAreTagsAndDiffer() {
        String trash = "trash/" + "0".repeat(20) + "-0b9e8d3e-7b5f-4b1c-9b1a-0123456789ab/" + HEX;
        assertThat(OciTags.of(trash)).as("the longest that a registry uses").hasSize(128);
        assertThat(OciTags.of("blobs/sha256/ab/" + HEX)).isEqualTo("B" + HEX);
        assertThat(OciTags.of("b" + HEX)).isNotEqualTo("B" + HEX);
        Random random = new Random(5);
        String letters = "abx019._-/";
        Set<String> keys = new HashSet<>(List.of("1", "x1", "b" + HEX, "l" + HEX, trash, "blobs/sha256/ab/" + HEX));
        while (keys.size() < 3_000) {
            StringBuilder key = new StringBuilder();
            int length = 1 + random.nextInt(random.nextInt(20) == 0 ? 300 : 6);
            for (int i = 0; i < length; i++) {
                key.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                keys.add(ObjectKeys.require(key.toString()));
            } catch (InvalidInputException e) {
                assertThat(e).hasMessageContaining("key");
            }
        }
        Set<String> tags = new HashSet<>();
        for (String key : keys) {
            String tag = OciTags.of(key);
            assertThat(tag).matches("[A-Z][a-zA-Z0-9._-]{0,127}");
            assertThat(tags.add(tag)).as(key).isTrue();
            if (OciTags.isLong(tag)) {
                assertThat(OciTags.key(tag)).isEmpty();
            } else {
                assertThat(OciTags.key(tag)).contains(key);
            }
        }
    }

    @Test
    void labelsAreForOtherToolsAndNoKeys() {
        assertThat(OciTags.label("spam:3")).contains("spam.V3");
        assertThat(OciTags.label("spam:1.4.2-rc.1+build")).contains("spam.V1.4.2-rc.1_build");
        assertThat(OciTags.label("spam@champion")).contains("spam.AT.champion");
        assertThat(OciTags.label("spam:1.0.0-" + "x".repeat(200))).isEmpty();
        for (String tag : List.of("spam.V3", "latest", "sha256-" + HEX, OciTags.PROBE, "Latest/", "", "A.", "AX")) {
            assertThat(OciTags.key(tag)).as(tag).isEmpty();
        }
    }

    @Test
    void challengesAreReadAsTheyAreWritten() {
        List<OciChallenge> read = OciChallenge.parse(List.of(
                "Bearer realm=\"https://auth/t?a=b,c\",service=x , scope=\"repository:a/b:pull,push\"",
                "Basic realm=\"say \\\"hi\\\"\", Negotiate, DIGEST qop=auth"));
        assertThat(read)
                .containsExactly(
                        new OciChallenge(
                                "bearer",
                                Map.of(
                                        "realm",
                                        "https://auth/t?a=b,c",
                                        "service",
                                        "x",
                                        "scope",
                                        "repository:a/b:pull,push")),
                        new OciChallenge("basic", Map.of("realm", "say \"hi\"")),
                        new OciChallenge("negotiate", Map.of()),
                        new OciChallenge("digest", Map.of("qop", "auth")));
        assertThat(OciChallenge.parse(List.of("", ",,", "=x", "\"\"", "a=b"))).isEmpty();
    }

    private static String auth(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static OciCredentials credentials(Path folder, String json, String host) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json);
        return DockerConfig.read(file, host);
    }

    @Test
    void dockersConfigurationGivesTheCredentialsOfOneHost(@TempDir Path folder) throws Exception {
        String json = "{\"auths\":{\"a.example\":{\"auth\":\"" + auth("ann:pass:word") + "\"},\"https://b.example\":"
                + "{\"username\":\"bob\",\"password\":\"x\"},\"c.example:5000\":{\"auth\":\"\",\"identitytoken\":\"t\"},"
                + "\"d.example\":{}},\"credsStore\":\"helper\"}";
        assertThat(credentials(folder, json, "a.example")).isEqualTo(new OciCredentials("ann", "pass:word", false));
        assertThat(credentials(folder, json, "b.example")).isEqualTo(new OciCredentials("bob", "x", false));
        assertThat(credentials(folder, json, "c.example:5000")).isEqualTo(new OciCredentials("", "t", true));
        assertThat(credentials(folder, json, "a.example")).hasToString("credentials");
        for (String host : List.of("d.example", "c.example", "e.example")) {
            assertThatThrownBy(() -> credentials(folder, json, host))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(host)
                    .hasMessageContaining("helper");
        }
        assertThat(DockerConfig.file(null, "/home/ann")).isEqualTo(Path.of("/home/ann/.docker/config.json"));
        assertThat(DockerConfig.file("/etc/d", "/home/ann")).isEqualTo(Path.of("/etc/d/config.json"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "[\"secret\"]",
                "{\"auths\":\"secret\"}",
                "{\"auths\":{\"h\":\"secret\"}}",
                "{\"auths\":{\"h\":{\"auth\":\"?secret?\"}}}",
                "{\"auths\":{\"h\":{\"auth\":\"c2VjcmV0\"}}}"
            })
    void aDamagedConfigurationIsRefusedWithoutItsSecrets(String json, @TempDir Path folder) {
        assertThatThrownBy(() -> credentials(folder, json, "h"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining(folder.toString());
        assertThatThrownBy(() -> DockerConfig.read(folder.resolve("none"), "h"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageNotContaining(folder.toString());
    }

    @Test
    void anEntryIsReadAsItWasWritten() {
        String key = "models/a/log/1.json";
        for (OciEntry.Content content : List.of(
                OciEntry.Content.inline(new byte[] {1, 2}),
                OciEntry.Content.blob("text/plain", HEX, 7),
                OciEntry.Content.manifest(OciEntry.MANIFEST_TYPE, HEX, 9))) {
            OciEntry entry = OciEntry.of(key, Instant.EPOCH, content);
            OciEntry read = OciEntry.read(entry.write()).orElseThrow();
            assertThat(read.write()).isEqualTo(entry.write());
            assertThat(read.info()).isEqualTo(entry.info());
            assertThat(read.mismatch(key)).isNull();
            assertThat(read.mismatch("models/b/log/1.json")).contains(key);
            assertThat(Sha256.hex(OciEntry.of(key, Instant.EPOCH, content).write()))
                    .as("no two entries are one manifest")
                    .isNotEqualTo(Sha256.hex(entry.write()));
        }
    }

    @Test
    void locksAreForgottenWhenNobodyHoldsThem() throws Exception {
        KeyLocks locks = new KeyLocks();
        assertThat(locks.<Integer>holding("a", () -> locks.holding("a", () -> locks.holding("b", locks::size))))
                .isEqualTo(2);
        assertThat(locks.size()).isZero();
    }
}
