package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry behind a web server, read by its sealed head, through a cache, and without the server. */
class SiteTest {
    @TempDir
    private Path folder;

    private Path registry = Path.of("unset");
    private String url = "unset";
    private final HttpServer server;

    SiteTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() throws Exception {
        registry = folder.resolve("models");
        Samples.keys(folder, "pipeline");
        Samples.keys(folder, "exporter");
        Samples.publishFlowers(
                registry, "--alias", "champion", "--key", file("pipeline.pem"), "--public-key", file("pipeline.pub"));
        server.createContext("/", this::show);
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort() + "/site";
    }

    /** What any web server does, and no more. */
    private void show(HttpExchange exchange) throws IOException {
        try (exchange) {
            Path path = folder.resolve(exchange.getRequestURI().getPath().substring(1));
            boolean there = Files.isRegularFile(path);
            byte[] bytes = there ? Files.readAllBytes(path) : new byte[0];
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
            }
            exchange.sendResponseHeaders(there ? 200 : 404, head || bytes.length == 0 ? -1 : bytes.length);
            if (!head) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private MaasRun export(String... more) {
        String[] words = {
            "export-site", file("site"), "--key", file("exporter.pem"), "--public-key", file("exporter.pub")
        };
        return MaasRun.in(registry, Samples.words(words, more));
    }

    private MaasRun predict(String... more) {
        return MaasRun.bare(Samples.words(
                new String[] {"predict", "flowers@champion", Samples.FLOWERS_CSV.toString(), "-r", url}, more));
    }

    @Test
    void aSiteIsExportedSealedAndReadByWhoTrustsItsSealers() {
        JsonObject exported = export("--valid-for", "2d", "--json").json();
        assertThat(exported.keySet())
                .containsExactly("folder", "models", "newObjects", "newBytes", "head", "expires", "sealedBy");
        assertThat(export().out()).contains("0 new objects, 0 B; its head is sealed, and over at ");
        assertThat(export("--json").json().get("head").getAsLong())
                .isGreaterThan(exported.get("head").getAsLong());

        String pipeline = "pipeline=" + file("pipeline.pub");
        String exporter = "exporter=" + file("exporter.pub");
        assertThat(predict().out()).contains("setosa");
        assertThat(predict("--trust", pipeline, "--trust-head", exporter).out()).contains("setosa");
        assertThat(predict("--trust-head", exporter).out())
                .as("sealed by whom it should, signed by anybody")
                .contains("setosa");
        for (List<String> wrong : List.of(
                List.of("--trust", pipeline),
                List.of("--trust", exporter),
                List.of("--trust", exporter, "--trust-head", exporter))) {
            MaasRun run = predict(wrong.toArray(new String[0]));
            assertThat(run.status()).as(wrong.toString()).isEqualTo(1);
            assertThat(run.err()).as(wrong.toString()).contains("signature");
        }
    }

    @Test
    void aSiteIsNotWrittenTo() {
        assertThat(export().status()).isZero();

        MaasRun run = MaasRun.bare("alias", "flowers:1", "new", "-r", url, "--json");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error().get("kind").getAsString()).isEqualTo("access-denied");
        assertThat(MaasRun.bare("info", "-r", url, "--json")
                        .json()
                        .get("writable")
                        .getAsBoolean())
                .isFalse();
    }

    @Test
    void aCacheGoesOnWithoutTheServerUntilTheHeadIsOver() throws IOException {
        assertThat(export().status()).isZero();
        String[] cached = {"--cache", file("cache"), "--cache-size", "1G"};
        assertThat(predict(cached).out()).contains("setosa");
        server.stop(0);

        assertThat(predict(cached).out()).contains("setosa");
        JsonObject info = MaasRun.bare("info", "-r", url, "--cache", file("cache"), "--offline", "--json")
                .json();
        assertThat(info.get("offlineSince").isJsonNull()).isFalse();

        // As it is a week later.
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            for (Path date :
                    files.filter(each -> each.endsWith("believed-until")).toList()) {
                Files.writeString(date, "2026-01-01T00:00:00Z");
            }
        }
        MaasRun over = predict(Samples.words(cached, "--offline", "--json"));
        assertThat(over.error().get("kind").getAsString()).isEqualTo("integrity");
        assertThat(over.error().get("message").getAsString())
                .contains("until 2026-01-01T00:00:00Z, which is over", "say so by --past-expiry");
        assertThat(predict(Samples.words(cached, "--offline", "--past-expiry")).out())
                .contains("setosa");
    }

    @Test
    void whatComesFromARemoteRegistryIsShownOnItsWay() {
        assertThat(export().status()).isZero();

        MaasRun run = MaasRun.prepare(folder, "", true);
        run.run("pull", "flowers", file("pulled"), "-r", url, "--cache", file("cache"));

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("\rPulling [################] 100 %  474 B of 474 B", "\rWriting flowers:1 [####");
        MaasRun uncached = MaasRun.prepare(folder, "", true);
        uncached.run("predict", "flowers", Samples.FLOWERS_CSV.toString(), "-r", url);
        assertThat(uncached.err()).contains("\rPulling [################] 100 %  474 B of 474 B");
    }
}
