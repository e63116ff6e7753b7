package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Serves over a real socket: all models in this process, one model in a process that gets a signal. */
class ServeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static Path registry = Path.of("unset");
    private static MaasRun server = MaasRun.prepare(Path.of("unset"), "", false);
    private static Thread thread = new Thread();
    private static String url = "";

    @BeforeAll
    static void serve() {
        registry = folder.resolve("models");
        Samples.publishFlowers(registry, "--alias", "champion");
        Samples.publishFlowers(registry, "--tag", "second");
        publish("log");
        publish("zipmap");
        server = MaasRun.prepare(registry, "", false);
        thread = new Thread(() -> server.run("serve", "--port", "0", "--max-body", "1", "--json"));
        thread.start();
        await().atMost(PATIENCE).until(() -> server.out().endsWith("}\n") || server.status() >= 0);
        JsonObject started = JsonParser.parseString(server.out()).getAsJsonObject();
        assertThat(started.keySet()).containsExactly("url", "models");
        url = started.get("url").getAsString();
        assertThat(url).matches("http://127\\.0\\.0\\.1:[0-9]+/v2");
    }

    private static void publish(String model) {
        assertThat(MaasRun.in(registry, "publish", model, Samples.model(model).toString())
                        .status())
                .isZero();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.shell().stop();
        thread.join(PATIENCE.toMillis());
        assertThat(server.status()).isZero();
        Assertions.assertThatThrownBy(() -> get("")).isInstanceOf(ConnectException.class);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = CLIENT.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        return response;
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url + path)));
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url + path)).POST(BodyPublishers.ofString(body)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/health/live; {\"live\":true}",
                "/health/ready; {\"ready\":true}",
                "/models/flowers/ready; {\"name\":\"flowers\",\"ready\":true}",
                "/models/flowers/versions/1/ready; {\"name\":\"flowers\",\"ready\":true}",
                "''; {\"name\":\"maas\",\"version\":\"unpackaged\",\"extensions\":[]}",
                "/models/log; {\"name\":\"log\",\"versions\":[\"1\"],\"platform\":\"onnx\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1]}],\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1]}]}",
            })
    void healthAndMetadataAreTold(String path, String body) throws Exception {
        HttpResponse<String> response = get(path);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(body);
    }

    @Test
    void aModelInfersOnFlatAndOnNestedData() throws Exception {
        String flat = Files.readString(Samples.REQUEST);
        String nested = flat.replace("[5.1, 3.5, 1.4, 0.2]", "[[5.1, 3.5, 1.4, 0.2]]")
                .replace("{\"inputs\"", "{\"id\": \"q1\", \"inputs\"");

        HttpResponse<String> one = post("/models/flowers/infer", flat);
        HttpResponse<String> other = post("/models/flowers/versions/1/infer", nested);

        assertThat(one.statusCode()).as(one.body()).isEqualTo(200);
        JsonObject first = JsonParser.parseString(one.body()).getAsJsonObject();
        assertThat(first.keySet()).containsExactly("model_name", "outputs");
        assertThat(first.getAsJsonArray("outputs").get(0))
                .hasToString("{\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"setosa\"]}");
        JsonObject second = JsonParser.parseString(other.body()).getAsJsonObject();
        assertThat(second.get("model_version").getAsString()).isEqualTo("1");
        assertThat(second.get("id").getAsString()).isEqualTo("q1");
        assertThat(second.get("outputs")).isEqualTo(first.get("outputs"));
        assertThat(post("/models/flowers@champion/infer", flat).statusCode()).isEqualTo(200);
    }

    @Test
    void onlyTheOutputsThatWereAskedForComeBack() throws Exception {
        String request =
                Files.readString(Samples.REQUEST).replace("]}]}", "]}], \"outputs\": [{\"name\": \"label\"}]}");

        JsonObject response = JsonParser.parseString(
                        post("/models/flowers/infer", request).body())
                .getAsJsonObject();

        assertThat(response.getAsJsonArray("outputs")).hasSize(1);
    }

    @Test
    void whatIsNotFiniteGoesInAndOutAsAText() throws Exception {
        HttpResponse<String> response = post(
                "/models/log/infer",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [4], \"datatype\": \"FP32\", \"data\": [-1, 0, \"Infinity\", \"NaN\"]}]}");

        assertThat(response.body()).contains("\"data\":[\"NaN\",\"-Infinity\",\"Infinity\",\"NaN\"]");
        HttpResponse<String> bare = post(
                "/models/log/infer",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [1], \"datatype\": \"FP32\", \"data\": [NaN]}]}");
        assertThat(bare.statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | not sound JSON",
                "[] | A request is a JSON object",
                "{} | has an array \"inputs\"",
                "{\"inputs\": []} | x",
                "{\"inputs\": [{}]} | has a text \"name\"",
                "{\"inputs\": [{\"name\": \"z\"}]} | There is no input 'z'",
                "{\"inputs\": [{\"name\": \"x\"}]} | has a text \"datatype\"",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP8\"}]} | There is no datatype 'FP8'",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"INT32\"}]} | is of datatype FP32",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [-1], \"data\": []}]} | whole numbers from 0",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1]}]} | has 1 elements",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [999999999999, 999999999999], \"data\": [1]}]} | has 1 elements",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 1], \"data\": [1]}]} | x",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [\"a\"]}]} | takes float32",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1e40]}]} | does not hold",
                "{\"inputs\": [], \"outputs\": [{\"name\": \"q\"}]} | There is no output 'q'",
            })
    void whatIsWrongWithARequestIsItsSendersFault(String body, String message) throws Exception {
        HttpResponse<String> response = post("/models/log/infer", body);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonObject error = JsonParser.parseString(response.body()).getAsJsonObject();
        assertThat(error.keySet()).containsExactly("error");
        assertThat(error.get("error").getAsString()).contains(message);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nothing, 404",
        "GET, /models, 404",
        "GET, /models/absent, 404",
        "GET, /models/flowers/versions/9, 404",
        "GET, /models/flowers/versions/x, 404",
        "GET, /models/flowers/nothing, 404",
        "GET, /models/%2e%2e%2fetc, 404",
        "GET, /models/A%20b, 404",
        "POST, /models/absent/infer, 404",
        "GET, /models/flowers/infer, 405",
        "POST, /health/live, 405",
        "DELETE, /models/flowers, 405",
        "POST, /models/flowers, 405",
    })
    void whatIsNotHereIsNotFoundAndOtherMethodsAreNamed(String method, String path, int status) throws Exception {
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(URI.create(url + path)).method(method, BodyPublishers.ofString("{}")));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JsonParser.parseString(response.body()).getAsJsonObject().keySet())
                .containsExactly("error");
        assertThat(response.headers().firstValue("Allow").isPresent()).isEqualTo(status == 405);
    }

    @Test
    void outputsThatAreNoTensorsAreNotImplemented() throws Exception {
        JsonObject metadata =
                JsonParser.parseString(get("/models/zipmap").body()).getAsJsonObject();
        String name = metadata.getAsJsonArray("inputs")
                .get(0)
                .getAsJsonObject()
                .get("name")
                .getAsString();
        HttpResponse<String> response = post(
                "/models/zipmap/infer",
                "{\"inputs\": [{\"name\": \"" + name
                        + "\", \"shape\": [1, 2], \"datatype\": \"FP32\", \"data\": [1, 0]}]}");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(501);
    }

    @Test
    void aBodyBeyondTheLimitIsRefusedAndTheServerGoesOn() throws Exception {
        HttpResponse<String> response = post("/models/log/infer", " ".repeat((1 << 20) + 1));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(post("/models/log/infer", " ".repeat(1 << 20)).statusCode()).isEqualTo(400);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aModelThatIsNotThereIsToldBeforeAnythingIsServed() {
        MaasRun run = MaasRun.in(registry, "serve", "absent", "--port", "0");
        MaasRun twice = MaasRun.in(registry, "serve", "log", "log:1", "--port", "0");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("There is no model 'absent'");
        assertThat(twice.status()).isEqualTo(2);
    }

    @Test
    void aPortThatIsTakenIsAnErrorThatSaysSo() {
        MaasRun run = MaasRun.in(
                registry, "serve", "--port", String.valueOf(URI.create(url).getPort()));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("cannot be listened on", "--port takes another");
    }

    @Test
    void aProcessServesWhatItWasAskedToUntilItGetsASignal() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.maas.cli.Maas",
                        "serve",
                        "flowers@champion",
                        "--port",
                        "0",
                        "-r",
                        registry.toString())
                .redirectError(folder.resolve("stderr").toFile())
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = String.valueOf(out.readLine());
            assertThat(line).matches("Serving flowers@champion at http://127\\.0\\.0\\.1:[0-9]+/v2; Ctrl-C stops");
            URI other = URI.create(line.replaceAll(".* at ([^;]*);.*", "$1"));
            HttpRequest.Builder known = HttpRequest.newBuilder(URI.create(other + "/models/flowers/infer"))
                    .POST(BodyPublishers.ofString(Files.readString(Samples.REQUEST)));
            assertThat(send(known).statusCode()).isEqualTo(200);
            assertThat(send(HttpRequest.newBuilder(URI.create(other + "/models/log")))
                            .body())
                    .contains("there are [flowers]");

            // Not by the process itself, which would close its output as well.
            process.toHandle().destroy();

            assertThat(out.readLine()).isEqualTo("Stopped");
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as("128 and SIGTERM").isEqualTo(143);
            // A JDK may warn of native code; the jar's manifest allows it, a class path cannot.
            assertThat(folder.resolve("stderr")).content().doesNotContain("Exception", "maas:");
        } catch (IOException e) {
            throw new AssertionError(Files.readString(folder.resolve("stderr")), e);
        } finally {
            process.destroyForcibly();
        }
    }
}
