package dev.maas.examples.classify;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.maas.InvalidInputException;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelService;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;

/** Answers {@code POST /classify {"text": "…"}} with {@code {"category": "…"}}. */
public final class ClassifyService {
    private static final int MAX_BODY = 64 * 1024;

    record Verdict(String label) {}

    record Reply(int status, String key, String value) {}

    /** Serves the model {@code topics@champion} of a registry; the arguments are its folder and a port. */
    public static void main(String[] args) throws IOException {
        ModelService models = ModelService.of(Registries.open(Path.of(args[0])));
        start(models.predictor("topics@champion", String.class, Verdict.class), Integer.parseInt(args[1]));
    }

    static HttpServer start(Predictor<String, Verdict> topics, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> send(exchange, reply(exchange, topics)));
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.start();
        return server;
    }

    private static Reply reply(HttpExchange exchange, Predictor<String, Verdict> topics) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (!exchange.getRequestURI().getPath().equals("/classify")) return new Reply(404, "error", "Try /classify");
        if (!exchange.getRequestMethod().equals("POST")) return new Reply(405, "error", "Questions come by POST");
        if (body.length > MAX_BODY) return new Reply(413, "error", "At most " + MAX_BODY + " bytes are read");
        try {
            Map<?, ?> json = new Gson().fromJson(new String(body, StandardCharsets.UTF_8), Map.class);
            if (json == null || !(json.get("text") instanceof String text)) throw new JsonParseException("no text");
            return new Reply(200, "category", topics.predict(text.replaceAll("\\s+", " ")).label);
        } catch (JsonParseException | InvalidInputException e) {
            return new Reply(400, "error", "Expected {\"text\": \"...\"}");
        } catch (RuntimeException e) {
            System.getLogger("classify").log(Level.ERROR, "A call failed", e);
            return new Reply(e instanceof OverloadedException ? 503 : 500, "error", "Try again later");
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        byte[] json = new Gson().toJson(Map.of(reply.key, reply.value)).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (reply.status == 405) exchange.getResponseHeaders().set("Allow", "POST");
        exchange.sendResponseHeaders(reply.status, json.length);
        exchange.getResponseBody().write(json);
        exchange.close();
    }
}
