package dev.maas.examples.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.examples.classify.ClassifyService.Verdict;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls the service over a real socket, with a stand-in for the model: a lambda, or a mock. */
class ClassifyServiceTest {
    private static final Logger LOG = Logger.getLogger("classify"); // kept, or the level is lost with it

    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable HttpServer server;

    private void serve(Predictor<String, Verdict> topics) throws IOException {
        server = ClassifyService.start(topics, 0);
    }

    /** Failures are what some tests are about; their stack traces would only alarm. */
    @BeforeAll
    static void silence() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    private HttpRequest.Builder to(String path) {
        int port = Objects.requireNonNull(server).getAddress().getPort();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        return response;
    }

    private HttpResponse<String> post(String body) throws Exception {
        return send(to("/classify").POST(BodyPublishers.ofString(body)));
    }

    @Test
    void aTextGetsItsCategory() throws Exception {
        serve(text -> new Verdict(text.contains("parcel") ? "delivery" : "other"));

        HttpResponse<String> response = post("{\"text\": \"Where is my parcel?\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"category\":\"delivery\"}");
    }

    @Test
    @SuppressWarnings("unchecked") // a mock of a generic type
    void theModelIsAskedOnceForTheTextOnOneLine() throws Exception {
        Predictor<String, Verdict> topics = mock(Predictor.class);
        when(topics.predict("two lines, \u00fcber \ud83d\ude00")).thenReturn(new Verdict("returns"));
        serve(topics);

        HttpResponse<String> response = post("{\"text\": \"two\\nlines, \u00fcber \ud83d\ude00\"}");

        assertThat(response.body()).isEqualTo("{\"category\":\"returns\"}");
        verify(topics).predict(anyString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{",
                "[]",
                "[\"text\"]",
                "\"text\"",
                "{}",
                "{\"text\": null}",
                "{\"text\": 5}",
                "{\"text\": {\"text\": \"a\"}}",
                "{\"Text\": \"a\"}",
                "{\"text\": \"a\"} and more",
                "text=a",
            })
    @SuppressWarnings("unchecked") // a mock of a generic type
    void whatIsNoQuestionIsRefusedBeforeTheModelSeesIt(String body) throws Exception {
        Predictor<String, Verdict> topics = mock(Predictor.class);
        serve(topics);

        HttpResponse<String> response = post(body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JsonParser.parseString(response.body())
                        .getAsJsonObject()
                        .get("error")
                        .getAsString())
                .isEqualTo("Expected {\"text\": \"...\"}");
        verify(topics, never()).predict(any());
    }

    @Test
    void anInputThatTheModelRefusesIsTheCallersFault() throws Exception {
        serve(text -> {
            throw new InvalidInputException("too odd");
        });

        assertThat(post("{\"text\": \"a\"}").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/classify/", "/classify/more", "/classifyx", "/x%20/classify", "/CLASSIFY"})
    void anyOtherPathIsNotFound(String path) throws Exception {
        serve(text -> new Verdict("a"));

        assertThat(send(to(path).POST(BodyPublishers.ofString("{\"text\": \"a\"}")))
                        .statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void anyOtherMethodIsNotAllowed(String method) throws Exception {
        serve(text -> new Verdict("a"));

        HttpResponse<String> response = send(to("/classify").method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("POST");
    }

    @Test
    void aBodyOfMoreThan64KibIsTooLarge() throws Exception {
        serve(text -> new Verdict("a"));
        String largest = "{\"text\": \"" + "x".repeat(64 * 1024 - 12) + "\"}";

        assertThat(post(largest).statusCode()).isEqualTo(200);
        assertThat(post(largest + " ").statusCode()).isEqualTo(413);
    }

    @Test
    void aFailingModelIsTheServersFaultAndTellsNothing() throws Exception {
        serve(text -> {
            throw new EngineException("secret detail");
        });

        HttpResponse<String> response = post("{\"text\": \"a\"}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).doesNotContain("secret");
    }

    @Test
    void anOverloadedModelIsUnavailableForNow() throws Exception {
        serve(text -> {
            throw new OverloadedException("full");
        });

        assertThat(post("{\"text\": \"a\"}").statusCode()).isEqualTo(503);
    }

    @Test
    void manyCallersAreServedAtOnce() throws Exception {
        serve(text -> new Verdict("about " + text));

        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 200)
                .mapToObj(i -> client.sendAsync(
                        to("/classify")
                                .POST(BodyPublishers.ofString("{\"text\": \"" + i + "\"}"))
                                .build(),
                        BodyHandlers.ofString()))
                .toList();

        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).get().body()).isEqualTo("{\"category\":\"about " + i + "\"}");
        }
    }

    /** What counts: neither blank, nor a comment, nor an import. */
    @Test
    void theApplicationHasAtMost40Lines() throws IOException {
        Path source = Path.of("src/main/java/dev/maas/examples/classify/ClassifyService.java");

        List<String> code = Files.readAllLines(source).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("import ") && !line.startsWith("package "))
                .filter(line -> !line.startsWith("//") && !line.startsWith("/*") && !line.startsWith("*"))
                .toList();

        assertThat(code).hasSizeLessThanOrEqualTo(40);
    }
}
