package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documents of the commands on registries, whose shape is a promise, and what a person reads. */
class RegistryCommandsTest {
    @TempDir
    private static Path template;

    @TempDir
    private Path folder;

    private Path registry = Path.of("unset");

    @BeforeEach
    void takeACopy() throws IOException {
        registry = Samples.copy(template.resolve("models"), folder.resolve("models"));
    }

    @BeforeAll
    static void publishTwoVersions() {
        Path registry = template.resolve("models");
        Samples.publishFlowers(registry, "--alias", "champion", "--who", "ann", "-d", "Which iris?");
        Samples.publishFlowers(
                registry,
                "--who",
                "bob",
                "-t",
                "retrained",
                "-p",
                "team=garden=1",
                "--semantic-version",
                "1.1.0",
                "--data-digest",
                "sha256:abc",
                "--parent",
                "1",
                "--code",
                "rev7",
                "--producer",
                "a test",
                "--metric",
                "accuracy=0.9");
    }

    private MaasRun maas(String... words) {
        return MaasRun.in(registry, words);
    }

    private static List<String> texts(JsonElement array) {
        return array.getAsJsonArray().asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    @Test
    void aVersionIsToldWithAllItsKeys() {
        JsonObject version = maas("show", "flowers", "--json").json();

        assertThat(version.keySet())
                .containsExactly(
                        "ref",
                        "name",
                        "version",
                        "semanticVersion",
                        "aliases",
                        "digest",
                        "bytes",
                        "publishedAt",
                        "publisher",
                        "withdrawn",
                        "signature",
                        "description",
                        "tags",
                        "properties",
                        "columns",
                        "engine",
                        "lineage");
        assertThat(version.get("ref").getAsString()).isEqualTo("flowers:2");
        assertThat(version.get("semanticVersion").getAsString()).isEqualTo("1.1.0");
        assertThat(version.get("publisher").getAsString()).isEqualTo("bob");
        assertThat(version.get("properties")).hasToString("{\"team\":\"garden=1\"}");
        assertThat(version.get("lineage"))
                .hasToString("{\"dataDigest\":\"sha256:abc\",\"parentVersion\":1,\"codeRevision\":\"rev7\","
                        + "\"producer\":\"a test\",\"metrics\":{\"accuracy\":0.9}}");
        assertThat(version.getAsJsonObject("signature").get("inputs"))
                .hasToString(
                        "[{\"name\":\"x\",\"type\":\"float32[batch, 4]\",\"datatype\":\"FP32\",\"shape\":[-1,4]}]");
        assertThat(version.getAsJsonObject("columns").get("scores"))
                .hasToString("[\"setosa\",\"versicolor\",\"virginica\"]");
    }

    @Test
    void whatIsNotKnownIsNull() {
        JsonObject version = maas("show", "flowers:1", "--json").json();

        assertThat(version.get("semanticVersion").isJsonNull()).isTrue();
        assertThat(version.get("engine").isJsonNull()).isTrue();
        assertThat(version.getAsJsonObject("lineage").get("parentVersion").isJsonNull())
                .isTrue();
        assertThat(texts(version.get("aliases"))).containsExactly("champion");
    }

    @Test
    void publishingTellsTheVersionThatCameOfIt() {
        MaasRun run = Samples.publishFlowers(registry, "--json", "--alias", "candidate", "--alias", "third");

        JsonObject version = run.json();
        assertThat(version.get("version").getAsInt()).isEqualTo(3);
        assertThat(texts(version.get("aliases"))).containsExactly("candidate", "third");
        assertThat(maas("alias", "flowers", "--json").json().get("aliases"))
                .hasToString("{\"candidate\":3,\"champion\":1,\"third\":3}");
    }

    @Test
    void modelsAreListedWithTheirNewestVersion() {
        JsonArray models = maas("list", "--json").json().getAsJsonArray("models");

        assertThat(models).hasSize(1);
        JsonObject model = models.get(0).getAsJsonObject();
        assertThat(model.keySet()).containsExactly("name", "aliases", "newest");
        assertThat(model.get("aliases")).hasToString("{\"champion\":1}");
        assertThat(model.getAsJsonObject("newest").get("ref").getAsString()).isEqualTo("flowers:2");
    }

    @Test
    void versionsAreListedNewestFirstUpToTheLimit() {
        JsonObject all = maas("list", "flowers", "--json").json();
        JsonObject one = maas("ls", "flowers", "-n", "1", "--json").json();

        assertThat(all.keySet()).containsExactly("name", "aliases", "versions");
        assertThat(all.getAsJsonArray("versions").asList())
                .extracting(version -> version.getAsJsonObject().get("version").getAsInt())
                .containsExactly(2, 1);
        assertThat(one.getAsJsonArray("versions")).hasSize(1);
    }

    @Test
    void anAliasMovesUnderAConditionAndBack() {
        JsonObject move = maas(
                        "alias",
                        "flowers:1.1.0",
                        "champion",
                        "--expect",
                        "1",
                        "--who",
                        "eve",
                        "-m",
                        "why not",
                        "--json")
                .json();

        assertThat(move.keySet()).containsExactly("name", "alias", "from", "to", "at", "who", "why");
        assertThat(move.get("from").getAsInt()).isEqualTo(1);
        assertThat(move.get("to").getAsInt()).isEqualTo(2);
        assertThat(move.get("who").getAsString()).isEqualTo("eve");

        MaasRun conflict = maas("alias", "flowers:2", "champion", "--expect", "1", "--json");
        assertThat(conflict.status()).isEqualTo(1);
        assertThat(conflict.error().get("kind").getAsString()).isEqualTo("conflict");

        JsonObject back = maas("rollback", "flowers@champion", "--who", "eve", "-m", "worse", "--json")
                .json();
        assertThat(back.get("to").getAsInt()).isEqualTo(1);
        JsonObject moves = maas("history", "flowers@champion", "--json").json();
        assertThat(moves.keySet()).containsExactly("name", "alias", "moves");
        assertThat(moves.getAsJsonArray("moves").asList())
                .extracting(one -> one.getAsJsonObject().get("why").getAsString())
                .containsExactly("worse", "why not", "");
    }

    @Test
    void anAliasIsMadeOnlyIfThereIsNoneAndRemoved() {
        assertThat(maas("alias", "flowers:2", "champion", "--expect", "none").status())
                .isEqualTo(1);
        assertThat(maas("alias", "flowers:2", "new", "--expect", "none", "--json")
                        .json()
                        .get("from")
                        .isJsonNull())
                .isTrue();
        MaasRun removed = maas("alias", "flowers", "new", "--remove");
        assertThat(removed.out()).isEqualTo("flowers@new is removed; it pointed to version 2\n");
        assertThat(maas("alias", "flowers", "--json").json().get("aliases")).hasToString("{\"champion\":1}");
    }

    @Test
    void aHistoryTellsWhoDidWhat() {
        JsonObject history = maas("history", "flowers", "--json").json();

        assertThat(history.keySet()).containsExactly("name", "events");
        JsonArray events = history.getAsJsonArray("events");
        assertThat(events.asList())
                .extracting(event -> event.getAsJsonObject().get("who").getAsString())
                .containsExactly("bob", "ann");
        assertThat(events.get(0).getAsJsonObject().keySet())
                .containsExactly("sequence", "kind", "subject", "at", "who", "why");
        assertThat(maas("history", "flowers", "-n", "1", "--json").json().getAsJsonArray("events"))
                .hasSize(1);
    }

    @Test
    void versionsAreFoundByTagPropertyAndName() {
        assertThat(maas("search", "-t", "retrained", "-p", "team=garden=1", "--name", "low", "--json")
                        .json()
                        .getAsJsonArray("versions"))
                .hasSize(1);
        assertThat(maas("search", "--json").json().getAsJsonArray("versions")).hasSize(2);
        assertThat(maas("search", "--newest", "--json").json().getAsJsonArray("versions"))
                .hasSize(1);
        assertThat(maas("search", "-t", "absent").out()).isEqualTo("No version meets all conditions\n");
    }

    @Test
    void whatIsSaidOfAVersionIsEdited() {
        JsonObject event = maas(
                        "tag",
                        "flowers:2",
                        "reviewed",
                        "good",
                        "--remove",
                        "retrained",
                        "-p",
                        "a=b",
                        "--remove-property",
                        "team",
                        "-d",
                        "Better",
                        "--json")
                .json();

        assertThat(event.keySet()).containsExactly("name", "sequence", "kind", "subject", "at", "who", "why");
        JsonObject version = maas("show", "flowers:2", "--json").json();
        assertThat(texts(version.get("tags"))).containsExactly("good", "reviewed");
        assertThat(version.get("properties")).hasToString("{\"a\":\"b\"}");
        assertThat(version.get("description").getAsString()).isEqualTo("Better");
    }

    @Test
    void aVersionIsWithdrawnAndPutBack() {
        assertThat(maas("yank", "flowers:2", "-m", "bad").status()).isZero();
        assertThat(maas("show", "flowers", "--json").json().get("version").getAsInt())
                .isEqualTo(1);
        assertThat(maas("show", "flowers:2", "--json").json().get("withdrawn").getAsBoolean())
                .isTrue();
        assertThat(maas("yank", "--undo", "flowers:2").status()).isZero();
        assertThat(maas("show", "flowers", "--json").json().get("version").getAsInt())
                .isEqualTo(2);
    }

    @Test
    void aVersionIsDeletedAndRestored() {
        assertThat(maas("delete", "flowers").out()).startsWith("flowers:2 is deleted");
        assertThat(maas("show", "flowers:2").status()).isEqualTo(1);
        assertThat(maas("restore", "flowers:2", "--json").json().get("kind").getAsString())
                .isEqualTo("restore");
        assertThat(maas("show", "flowers:2").status()).isZero();
        assertThat(maas("delete", "flowers:1").err()).contains("champion");
    }

    @Test
    void garbageIsToldOfBeforeItGoes() {
        assertThat(maas("delete", "flowers:2").status()).isZero();
        JsonObject dry = maas("gc", "--dry-run", "--grace", "0s", "--json").json();
        assertThat(dry.keySet())
                .containsExactly(
                        "dryRun",
                        "purgedVersions",
                        "trashedBlobs",
                        "trashedBytes",
                        "restoredBlobs",
                        "removedBlobs",
                        "removedScratch");
        assertThat(dry.get("dryRun").getAsBoolean()).isTrue();
        assertThat(dry.get("purgedVersions").getAsInt())
                .as("it can be restored for 30 days")
                .isZero();
        assertThat(maas("gc", "--json").json().get("dryRun").getAsBoolean()).isFalse();
        assertThat(maas("restore", "flowers:2").status()).isZero();
    }

    @Test
    void anEmptyRegistrySaysWhatToDo() {
        Path empty = folder.resolve("empty");
        Samples.publishFlowers(empty);
        assertThat(MaasRun.in(empty, "delete", "flowers:1").status()).isZero();

        assertThat(MaasRun.in(empty, "list", "--json")
                        .json()
                        .getAsJsonArray("models")
                        .get(0)
                        .getAsJsonObject()
                        .get("newest")
                        .isJsonNull())
                .isTrue();
        assertThat(maas("alias", "flowers", "champion", "--remove").status()).isZero();
        assertThat(maas("alias", "flowers").out())
                .contains("has no aliases yet; 'maas alias flowers:N ALIAS' makes one");
    }

    @Test
    void aLocationMayBeAUriAndTheOptionComesBeforeTheEnvironment() {
        Path other = folder.resolve("other");
        Samples.publishFlowers(other, "--alias", "only");

        assertThat(maas("list", "-r", other.toUri().toString(), "--json").json().toString())
                .contains("only");
        assertThat(MaasRun.bare("list", "--registry=" + other).status()).isZero();
        assertThat(MaasRun.bare("list", "-r", "memory:/").out()).startsWith("There are no models yet");
    }

    @Test
    void tablesAreCutForAPersonAndWholeForAProgram() {
        String description = "a very long description ".repeat(6).strip();
        assertThat(maas("tag", "flowers:2", "-d", description).status()).isZero();

        assertThat(maas("list", "flowers").out()).contains(description);
        assertThat(MaasRun.onTerminal(registry, "list", "flowers").out().lines())
                .allMatch(line -> line.length() <= 80)
                .anyMatch(line -> line.endsWith("..."));
    }

    @Test
    void progressIsShownOnATerminalOnly() {
        MaasRun watched = MaasRun.onTerminal(
                registry, "pull", "flowers:1", folder.resolve("watched").toString());
        MaasRun piped = maas("pull", "flowers:1", folder.resolve("piped").toString());

        assertThat(watched.err())
                .contains("\rWriting flowers:1 [################] 100 %  474 B of 474 B")
                .endsWith("\r");
        assertThat(watched.out()).doesNotContain("\r");
        assertThat(piped.err()).isEmpty();
        assertThat(MaasRun.onTerminal(
                                registry,
                                "publish",
                                "more",
                                Samples.model("echo").toString())
                        .err())
                .containsSubsequence(
                        "\rReading more [################] 100 %  ",
                        "\r   ", "\rPushing [################] 100 %  ", "/s", "\r   ")
                .endsWith("\r");
    }

    @Test
    void whoIsAProgramOrWantsQuietSeesNoProgress() {
        for (String option : List.of("--json", "--quiet", "-q")) {
            MaasRun run = MaasRun.onTerminal(
                    registry, "publish", "other", Samples.model("log").toString(), option);
            assertThat(run.status()).isZero();
            assertThat(run.err()).as(option).isEmpty();
            Path pulled = folder.resolve("pulled" + option);
            assertThat(MaasRun.onTerminal(registry, "pull", "flowers:1", pulled.toString(), option)
                            .err())
                    .as(option)
                    .isEmpty();
        }
    }

    @Test
    void aDeletedVersionIsKeptAsLongAsWasSaid() {
        assertThat(maas("delete", "flowers:2", "--keep", "7d").out()).contains("brings it back within 7 days");
        assertThat(maas("restore", "flowers:2").status()).isZero();
        assertThat(maas("delete", "flowers:2", "--keep", "0s").status()).isZero();
        assertThat(maas("gc", "--json").json().get("purgedVersions").getAsInt()).isEqualTo(1);
        MaasRun late = maas("restore", "flowers:2");
        assertThat(late.status()).isEqualTo(1);
        assertThat(late.err()).contains("the time to restore it is over");
    }

    @Test
    void aRegistryIsToldOfAsAWhole() {
        JsonObject info = maas("info", "--json").json();

        assertThat(info.keySet()).containsExactly("store", "id", "writable", "readOnlyReason", "offlineSince");
        assertThat(info.get("writable").getAsBoolean()).isTrue();
        assertThat(info.get("offlineSince").isJsonNull()).isTrue();
        assertThat(maas("info").out()).contains("id  ", "writes   yes", "answers  yes");
    }

    @Test
    void aFileIsAttachedListedAndRead() throws IOException {
        Path report = Files.writeString(folder.resolve("report.md"), "# All is well\n");
        JsonObject attached = maas("attach", "flowers:1", report.toString(), "--type", "text/markdown", "--json")
                .json();

        assertThat(attached.keySet()).containsExactly("digest", "type");
        JsonObject listed = maas("attachments", "flowers:1", "--json").json();
        assertThat(listed.keySet()).containsExactly("ref", "attachments");
        assertThat(listed.getAsJsonArray("attachments")).containsExactly(attached);
        String digest = attached.get("digest").getAsString();
        assertThat(maas("attachments", "flowers:1").out())
                .contains(digest.substring(0, 19))
                .contains("text/markdown");
        assertThat(maas("attachments", "flowers:1", "--read", digest.substring(7, 19))
                        .out())
                .isEqualTo("# All is well\n");
        assertThat(maas("attachments", "flowers:1", "--read", "ffffffff").err())
                .contains("'maas attachments flowers:1' lists what is");
        MaasRun mixed = maas("attachments", "flowers:1", "--read", "ffffffff", "--json");
        assertThat(mixed.status()).isEqualTo(2);
        assertThat(mixed.error().get("kind").getAsString()).isEqualTo("usage");
        assertThat(maas("attachments", "flowers:2").out()).isEqualTo("Nothing is attached to flowers:2\n");
    }
}
