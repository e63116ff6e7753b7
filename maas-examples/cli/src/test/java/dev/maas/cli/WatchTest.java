package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watching from one command what others do. */
class WatchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private MaasRun watch(Path registry, String... words) {
        MaasRun run = MaasRun.prepare(registry, "", false);
        Thread thread = new Thread(() -> run.run(words));
        thread.start();
        await().atMost(PATIENCE).until(() -> run.out().contains("atching") || run.status() >= 0);
        return run;
    }

    @Test
    void whatHappensIsToldOnOneLineEachUntilEnoughWasTold() {
        Path registry = folder.resolve("models");
        Samples.publishFlowers(registry, "--who", "ann");
        MaasRun run = watch(registry, "watch", "flowers", "later", "-n", "3", "--json");

        assertThat(MaasRun.in(registry, "alias", "flowers:1", "champion", "--who", "bob", "-m", "good")
                        .status())
                .isZero();
        assertThat(MaasRun.in(
                                registry,
                                "publish",
                                "later",
                                Samples.model("echo").toString())
                        .status())
                .isZero();
        assertThat(MaasRun.in(registry, "yank", "flowers:1").status()).isZero();

        await().atMost(PATIENCE).until(() -> run.status() >= 0);
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(4).first().isEqualTo("{\"watching\":[\"flowers\",\"later\"]}");
        List<JsonObject> events = lines.stream()
                .skip(1)
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(events)
                .allSatisfy(event -> assertThat(event.keySet())
                        .containsExactly("name", "sequence", "kind", "subject", "at", "who", "why"))
                .extracting(event -> event.get("name").getAsString() + " "
                        + event.get("kind").getAsString())
                .containsExactlyInAnyOrder("flowers alias", "flowers yank", "later publish");
        assertThat(run.status()).isZero();
    }

    @Test
    void aPersonReadsWhoDidWhatAndStopsIt() {
        Path registry = folder.resolve("models");
        Samples.publishFlowers(registry);
        MaasRun run = watch(registry, "watch", "flowers");
        assertThat(run.out()).isEqualTo("Watching flowers; Ctrl-C stops\n");

        assertThat(MaasRun.in(registry, "alias", "flowers:1", "champion", "--who", "bob", "-m", "good")
                        .status())
                .isZero();
        await().atMost(PATIENCE).until(() -> run.out().contains("flowers  alias champion=1 by bob: good\n"));

        run.shell().stop();
        await().atMost(PATIENCE).until(() -> run.status() >= 0);
        assertThat(run.status()).isZero();
    }
}
