package dev.maas.registry.store.oci;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.maas.registry.format.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Plays a registry of one repository in memory, in the ways in which registries differ, and spoils what a plan says. */
@NullMarked
final class FakeRegistry implements AutoCloseable {
    static final String REPOSITORY = "team/models";
    private static final String ROOT = "/v2/" + REPOSITORY + "/";

    static {
        // Else each answer with a body waits for the client's acknowledgement of its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** What befalls a request. */
    enum Fault {
        NONE,
        /** It never arrives. */
        DROPPED,
        /** It is carried out, and its answer never arrives. */
        ANSWER_LOST,
        /** The answer's body ends in the middle. */
        TORN,
        /** A bit of the answer's body is another. */
        FLIPPED,
        BUSY,
        ERROR,
        /** Nothing comes any more. */
        SILENCE
    }

    /** Decides about each request, such as {@code GET manifests/StoreXjson}. */
    interface Plan {
        Fault fault(String request);
    }

    volatile Plan plan = request -> Fault.NONE;
    /** Whether tags keep what was put first. */
    volatile boolean keepsTags;
    /** Whether it lists what refers to a manifest itself. */
    volatile boolean hasReferrers;
    /** Whether it knows ranges. */
    volatile boolean knowsRanges = true;
    /** Whether it tells of the next page of tags. */
    volatile boolean links = true;
    /** The smallest chunk; 0 for any. */
    volatile int leastChunk;
    /** Whether an upload that had a broken request is gone. */
    volatile boolean forgetsUploads;
    /** Where blobs are read from; null for here. */
    volatile @Nullable String storage;
    /** Asked before every other request; returns whether it answered. */
    volatile Gate gate = exchange -> false;

    final List<String> requests = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    final Map<String, String> tags = new ConcurrentHashMap<>();
    private final Map<String, ByteArrayOutputStream> uploads = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    /** Stands before the registry. */
    interface Gate {
        boolean answers(HttpExchange exchange) throws IOException;
    }

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String location(String query) {
        return "oci://127.0.0.1:" + port() + "/" + REPOSITORY + query;
    }

    List<String> requests(String part) {
        return requests.stream().filter(request -> request.contains(part)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString().replace(ROOT, "");
        String request = exchange.getRequestMethod() + " " + path;
        Fault fault = plan.fault(request);
        if (fault == Fault.DROPPED) {
            dropUpload(path);
            requests.add(request);
            exchange.close();
            return;
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        @Nullable String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(request + (range == null ? "" : " " + range));
        try (exchange) {
            if (fault == Fault.SILENCE) {
                closing.await();
            } else if (fault == Fault.BUSY || fault == Fault.ERROR) {
                exchange.getResponseHeaders().set("Retry-After", "120");
                exchange.sendResponseHeaders(fault == Fault.BUSY ? 429 : 503, -1);
            } else if (!gate.answers(exchange)) {
                Answer answer = answer(exchange, path, body);
                if (fault == Fault.ANSWER_LOST) {
                    dropUpload(path);
                } else {
                    answer.send(exchange, fault);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void dropUpload(String path) {
        if (forgetsUploads && path.contains("blobs/uploads/")) {
            uploads.clear();
        }
    }

    /** What is answered. */
    private static final class Answer {
        private final int status;
        private final byte[] body;
        private final Map<String, String> headers;

        Answer(int status, byte[] body, Map<String, String> headers) {
            this.status = status;
            this.body = body;
            this.headers = headers;
        }

        static Answer of(int status) {
            return new Answer(status, new byte[0], new TreeMap<>());
        }

        Answer with(String name, String value) {
            headers.put(name, value);
            return this;
        }

        void send(HttpExchange exchange, Fault fault) throws IOException {
            headers.forEach(exchange.getResponseHeaders()::set);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            }
            byte[] sent = body.clone();
            if (fault == Fault.FLIPPED && sent.length > 0) {
                sent[sent.length / 2] ^= 1;
            }
            exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(sent, 0, fault == Fault.TORN ? sent.length / 2 : sent.length);
            }
        }
    }

    private Answer answer(HttpExchange exchange, String path, byte[] body) {
        String method = exchange.getRequestMethod();
        if (path.startsWith("manifests/")) {
            return manifest(method, path.substring("manifests/".length()), body);
        }
        if (path.startsWith("tags/list")) {
            return tags(path);
        }
        if (path.startsWith("blobs/uploads/")) {
            return upload(exchange, method, path.substring("blobs/uploads/".length()), body);
        }
        return path.startsWith("blobs/sha256:")
                ? blob(exchange, path.substring("blobs/sha256:".length()))
                : Answer.of(404);
    }

    private synchronized Answer manifest(String method, String reference, byte[] body) {
        boolean byDigest = reference.startsWith("sha256:");
        @Nullable String hex = byDigest ? reference.substring(7) : tags.get(reference);
        switch (method) {
            case "PUT" -> {
                if (!byDigest && keepsTags && tags.containsKey(reference)) {
                    return Answer.of(412);
                }
                String own = Sha256.hex(body);
                manifests.put(own, body);
                if (!byDigest) {
                    tags.put(reference, own);
                }
                boolean refers = new String(body, StandardCharsets.UTF_8).contains("\"subject\"");
                Answer answer = Answer.of(201).with("Docker-Content-Digest", "sha256:" + own);
                return refers && hasReferrers ? answer.with("OCI-Subject", "sha256:" + own) : answer;
            }
            case "DELETE" -> {
                tags.values().removeIf(each -> each.equals(hex));
                return Answer.of(hex != null && manifests.remove(hex) != null ? 202 : 404);
            }
            default -> {
                byte @Nullable [] bytes = hex == null ? null : manifests.get(hex);
                return bytes == null
                        ? Answer.of(404)
                        : new Answer(200, bytes, new TreeMap<>(Map.of("Docker-Content-Digest", "sha256:" + hex)));
            }
        }
    }

    /** Lists in an order of its own: that of the tags written backwards. */
    private Answer tags(String path) {
        List<String> all = tags.keySet().stream()
                .sorted((x, y) -> new StringBuilder(x).reverse().compareTo(new StringBuilder(y).reverse()))
                .toList();
        int n = Integer.parseInt(path.replaceAll(".*[?&]n=([0-9]+).*", "$1"));
        int from = path.contains("last=") ? all.indexOf(path.replaceAll(".*[?&]last=([^&]+).*", "$1")) + 1 : 0;
        List<String> page = all.subList(from, Math.min(all.size(), from + n));
        String json = "{\"name\":\"x\",\"tags\":"
                + (all.isEmpty() ? "null" : "[\"" + String.join("\",\"", page) + "\"]") + "}";
        Answer answer = new Answer(200, json.replace("[\"\"]", "[]").getBytes(StandardCharsets.UTF_8), new TreeMap<>());
        boolean more = from + n < all.size();
        return more && links
                ? answer.with(
                        "Link",
                        "<http://elsewhere.invalid" + ROOT + "tags/list?last=" + page.get(page.size() - 1) + "&n=" + n
                                + ">; rel=\"next\"")
                : answer;
    }

    private Answer upload(HttpExchange exchange, String method, String rest, byte[] body) {
        if (method.equals("POST")) {
            String name = "u" + names.incrementAndGet();
            uploads.put(name, new ByteArrayOutputStream());
            Answer answer = Answer.of(202).with("Location", ROOT + "blobs/uploads/" + name);
            return leastChunk > 0 ? answer.with("OCI-Chunk-Min-Length", Integer.toString(leastChunk)) : answer;
        }
        String name = rest.replaceAll("\\?.*", "");
        @Nullable ByteArrayOutputStream upload = uploads.get(name);
        if (upload == null) {
            return Answer.of(404);
        }
        switch (method) {
            case "PATCH" -> {
                String range = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Range"));
                if (!range.equals(upload.size() + "-" + (upload.size() + body.length - 1))) {
                    return Answer.of(416);
                }
                upload.writeBytes(body);
                // Each answer leads elsewhere, and the old place is gone.
                uploads.remove(name);
                String next = "u" + names.incrementAndGet();
                uploads.put(next, upload);
                return Answer.of(202)
                        .with("Location", ROOT + "blobs/uploads/" + next + "?state=x%3D")
                        .with("Range", "0-" + (upload.size() - 1));
            }
            case "PUT" -> {
                upload.writeBytes(body);
                uploads.remove(name);
                String hex = Sha256.hex(upload.toByteArray());
                if (!rest.contains("digest=sha256%3A" + hex)) {
                    return Answer.of(400);
                }
                blobs.put(hex, upload.toByteArray());
                return Answer.of(201);
            }
            case "DELETE" -> {
                uploads.remove(name);
                return Answer.of(204);
            }
            default -> {
                return Answer.of(204).with("Range", "0-" + Math.max(0, upload.size() - 1));
            }
        }
    }

    private Answer blob(HttpExchange exchange, String hex) {
        byte @Nullable [] bytes = blobs.get(hex);
        if (bytes == null) {
            return Answer.of(404);
        }
        if (storage != null && exchange.getRequestMethod().equals("GET")) {
            return Answer.of(307).with("Location", storage + "/" + hex);
        }
        @Nullable String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null || !knowsRanges) {
            return new Answer(200, bytes, new TreeMap<>());
        }
        int dash = range.indexOf('-');
        int from = Integer.parseInt(range.substring("bytes=".length(), dash));
        int to = Math.min(bytes.length - 1, Integer.parseInt(range.substring(dash + 1)));
        return new Answer(206, Arrays.copyOfRange(bytes, from, to + 1), new TreeMap<>())
                .with("Content-Range", "bytes " + from + "-" + to + "/" + bytes.length);
    }

    /** Returns how many uploads are under way. */
    int uploads() {
        return uploads.size();
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
