package dev.maas.registry.store.http;

import dev.maas.registry.format.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A web server that shows a folder as it should, but for the requests that a {@link Fault} answers. It writes to the socket itself, since the
 * JDK's server does not let anyone lie about lengths. Each connection carries one request.
 */
@NullMarked
public final class FaultyServer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

    private final Path folder;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Fault plan = (request, exchange) -> false;

    /** Starts a server for a folder. */
    public FaultyServer(Path folder) throws IOException {
        this.folder = folder;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("faulty-server", this::listen);
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A request, with the names of its headers in lower case. */
    public record Request(String method, String path, Map<String, String> headers) {
        @Nullable
        String header(String name) {
            return headers.get(name);
        }
    }

    /** Answers requests in place of the server. */
    public interface Fault {
        /** Answers, or returns false to leave that to the server. */
        boolean answer(Request request, Exchange exchange) throws IOException;
    }

    /** Sets what goes wrong from now on; the list of requests begins anew. */
    public void plan(Fault fault) {
        requests.clear();
        plan = fault;
    }

    /** Lets a fault answer the next requests for paths with that ending. */
    void spoil(String method, String ending, int times, Fault fault) {
        AtomicInteger left = new AtomicInteger(times);
        plan((request, exchange) -> request.method.equals(method)
                && request.path.endsWith(ending)
                && left.getAndDecrement() > 0
                && fault.answer(request, exchange));
    }

    /** Returns the requests since the plan was set. */
    public List<Request> requests() {
        return requests;
    }

    /** Returns the address of what lies in the folder. */
    public String location(String path) {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/" + path;
    }

    /** The way back to who asked. */
    public final class Exchange {
        private final Socket socket;
        private final OutputStream out;

        private Exchange(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        /** Sends a status and headers. */
        void head(String status, String... headers) throws IOException {
            StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append("\r\nConnection: close\r\n");
            for (String header : headers) {
                text.append(header).append("\r\n");
            }
            write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            write(bytes, 0, bytes.length);
        }

        void write(byte[] bytes, int from, int to) throws IOException {
            out.write(bytes, from, to - from);
            out.flush();
        }

        /** Waits until who asked goes away. */
        void awaitEnd() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // They have nothing more to say.
            }
        }

        /** Answers as one should. */
        void serve(Request request) throws IOException {
            FaultyServer.this.serve(request, this);
        }
    }

    private void listen() {
        try {
            while (true) {
                Socket client = listener.accept();
                open.add(client);
                start("faulty-server-connection", () -> serve(client));
            }
        } catch (SocketException e) {
            // Closed.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket client) {
        try (client) {
            Request request = read(client);
            if (request != null) {
                requests.add(request);
                Exchange exchange = new Exchange(client);
                if (!plan.answer(request, exchange)) {
                    serve(request, exchange);
                }
            }
        } catch (IOException e) {
            // The client went away, as one does that waited too long or has what it wanted.
        } finally {
            open.remove(client);
        }
    }

    private static @Nullable Request read(Socket client) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        String line = reader.readLine();
        if (line == null) {
            return null;
        }
        String[] words = line.split(" ", -1);
        Map<String, String> headers = new TreeMap<>();
        for (String next = reader.readLine(); next != null && !next.isEmpty(); next = reader.readLine()) {
            int colon = next.indexOf(':');
            headers.put(
                    next.substring(0, colon).toLowerCase(Locale.ROOT),
                    next.substring(colon + 1).trim());
        }
        return new Request(words[0], words[1], headers);
    }

    static String tag(byte[] bytes) {
        return "\"" + Sha256.hex(bytes) + "\"";
    }

    private void serve(Request request, Exchange exchange) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(folder.resolve(request.path.substring(1)));
        } catch (NoSuchFileException e) {
            exchange.head("404 Not Found", "Content-Length: 9");
            exchange.write("not found".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        String tag = tag(bytes);
        if (tag.equals(request.header("if-none-match"))) {
            exchange.head("304 Not Modified", "ETag: " + tag);
            return;
        }
        Matcher range = RANGE.matcher(String.valueOf(request.header("range")));
        String condition = request.header("if-range");
        if (!range.matches() || (condition != null && !condition.equals(tag))) {
            exchange.head("200 OK", "ETag: " + tag, "Content-Length: " + bytes.length);
            if (request.method.equals("GET")) {
                exchange.write(bytes);
            }
            return;
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
        if (first >= bytes.length) {
            exchange.head("416 Range Not Satisfiable", "Content-Range: bytes */" + bytes.length, "Content-Length: 0");
            return;
        }
        int end = (int) Math.min(last, bytes.length - 1) + 1;
        exchange.head(
                "206 Partial Content",
                "ETag: " + tag,
                "Content-Range: bytes " + first + "-" + (end - 1) + "/" + bytes.length,
                "Content-Length: " + (end - first));
        exchange.write(bytes, (int) first, end);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : new ArrayList<>(open)) {
            socket.close();
        }
    }
}
