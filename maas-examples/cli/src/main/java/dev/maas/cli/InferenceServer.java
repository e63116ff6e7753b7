package dev.maas.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries requests from the JDK's HTTP server to an {@link InferenceApi}: bounds their bodies, and lets those under way finish when it is
 * closed.
 *
 * <p>Safe for use by any thread.
 */
final class InferenceServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InferenceServer.class);
    private static final int THREADS = 16;
    private static final String[] TIME_LIMITS = {"sun.net.httpserver.maxReqTime", "sun.net.httpserver.maxRspTime"};
    private static final String SECONDS = "60";

    private final InferenceApi api;
    private final int largestBody;
    private final Duration patience;
    private final HttpServer server;
    private final ExecutorService threads;

    /** One party for the server itself, and one for each request under way. */
    private final Phaser underWay = new Phaser(1);

    private volatile boolean closing;

    /**
     * Starts a server.
     *
     * @param largestBody the largest body that is read, in bytes
     * @param patience how long requests under way may take when the server is closed
     * @throws IOException if the address cannot be listened on
     */
    InferenceServer(InferenceApi api, InetSocketAddress address, int largestBody, Duration patience)
            throws IOException {
        this.api = api;
        this.largestBody = largestBody;
        this.patience = patience;
        limitTimes();
        this.server = HttpServer.create(address, 0);
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(
                THREADS, task -> new Thread(task, "maas-http-" + number.incrementAndGet()));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Otherwise a caller who sends a byte a minute would hold a thread for good. The JDK reads these once, before its first server. */
    private static void limitTimes() {
        for (String property : TIME_LIMITS) {
            if (System.getProperty(property) == null) {
                System.setProperty(property, SECONDS);
            }
        }
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        underWay.register();
        try (exchange) {
            send(exchange, reply(exchange));
        } finally {
            underWay.arriveAndDeregister();
        }
    }

    private HttpReply reply(HttpExchange exchange) throws IOException {
        if (closing) {
            return HttpReply.error(503, "The server is stopping");
        }
        Optional<List<String>> path = path(exchange.getRequestURI().getRawPath());
        if (path.isEmpty()) {
            return HttpReply.error(400, "The path is not sound");
        }
        byte[] body = exchange.getRequestBody().readNBytes(largestBody + 1);
        if (body.length > largestBody) {
            exchange.getResponseHeaders().set("Connection", "close");
            return HttpReply.error(
                    413, "A body has at most " + largestBody + " bytes; 'maas serve --max-body' sets it");
        }
        return api.answer(exchange.getRequestMethod(), path.get(), body);
    }

    /** Decoded part by part, so that an encoded slash separates nothing. */
    private static Optional<List<String>> path(String raw) {
        List<String> parts = new ArrayList<>();
        try {
            for (String part : raw.substring(1).split("/", -1)) {
                // The decoder is one of forms, where a plus stands for a blank.
                parts.add(URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8));
            }
            return Optional.of(parts);
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private void send(HttpExchange exchange, HttpReply reply) throws IOException {
        byte[] json = JsonText.compact(reply.body()).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        reply.allowed().ifPresent(method -> exchange.getResponseHeaders().set("Allow", method));
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(reply.status(), head ? -1 : json.length);
        if (!head) {
            exchange.getResponseBody().write(json);
        }
    }

    /** Refuses new requests, lets those under way finish, and frees the port. Closing again does nothing. */
    @Override
    public synchronized void close() {
        if (closing) {
            return;
        }
        closing = true;
        try {
            underWay.awaitAdvanceInterruptibly(underWay.arrive(), patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("Requests were still under way after {} s and are cut off", patience.toSeconds());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
