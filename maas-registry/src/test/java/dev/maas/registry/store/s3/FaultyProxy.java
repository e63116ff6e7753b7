package dev.maas.registry.store.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;

/**
 * Stands before a server and hands requests and answers on, byte for byte so that signatures hold, except for those that a {@link Plan} spoils.
 * Each connection carries one request.
 */
@NullMarked
final class FaultyProxy implements AutoCloseable {
    /** What can go wrong. */
    enum Fault {
        NONE,
        /** The request never arrives. */
        REQUEST_LOST,
        /** The request is carried out, and the answer never arrives. */
        ANSWER_LOST,
        /** The request is carried out, and answered by an error. */
        ANSWER_REPLACED,
        SLOW_DOWN,
        SERVER_ERROR,
        CONFLICT,
        /** Nothing is answered for longer than anyone waits. */
        SILENCE,
        /** The answer's body ends in the middle. */
        TORN,
        /** The answer announces more bytes than it has. */
        TOO_LONG,
        /** The answer announces fewer bytes than it should have, and has those. */
        TOO_SHORT
    }

    /** Decides about each request. */
    interface Plan {
        /**
         * Returns what befalls a request.
         *
         * @param request the method and the path with its query, such as {@code PUT /bucket/key}
         * @param number how many requests came before
         */
        Fault fault(String request, int number);
    }

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger faults = new AtomicInteger();
    private volatile Plan plan = (request, number) -> Fault.NONE;

    FaultyProxy(int target) throws IOException {
        this.target = target;
        Thread thread = new Thread(this::listen, "faulty-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Sets what goes wrong from now on; counts begin anew. */
    void plan(Plan next) {
        requests.set(0);
        faults.set(0);
        plan = next;
    }

    /** Returns how many requests came. */
    int requests() {
        return requests.get();
    }

    /** Returns how many of them were spoilt. */
    int faults() {
        return faults.get();
    }

    private void listen() {
        try {
            while (true) {
                Socket client = listener.accept();
                open.add(client);
                Thread thread = new Thread(() -> serve(client), "faulty-proxy-connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (SocketException e) {
            // Closed.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket client) {
        try (client) {
            byte[] head = head(client.getInputStream());
            if (head.length > 0) {
                String text = new String(head, StandardCharsets.ISO_8859_1);
                byte[] body = client.getInputStream().readNBytes(length(text));
                serve(client, text, body);
            }
        } catch (IOException e) {
            // The client went away, as one does that waited too long.
        } finally {
            open.remove(client);
        }
    }

    private void serve(Socket client, String head, byte[] body) throws IOException {
        String request = head.substring(0, head.indexOf(" HTTP/"));
        Fault fault = plan.fault(request, requests.getAndIncrement());
        faults.addAndGet(fault == Fault.NONE ? 0 : 1);
        switch (fault) {
            case REQUEST_LOST -> {}
            case SLOW_DOWN -> error(client, "503 Slow Down", "SlowDown");
            case SERVER_ERROR -> error(client, "500 Internal Server Error", "InternalError");
            case CONFLICT -> error(client, "409 Conflict", "ConditionalRequestConflict");
            case SILENCE -> client.getInputStream().read();
            case ANSWER_LOST -> forward(head, body);
            case ANSWER_REPLACED -> {
                forward(head, body);
                error(client, "500 Internal Server Error", "InternalError");
            }
            default -> client.getOutputStream().write(spoilt(forward(head, body), fault));
        }
    }

    private byte[] forward(String head, byte[] body) throws IOException {
        String once =
                head.replaceAll("(?i)\r\nconnection:[^\r]*", "").replaceFirst("\r\n", "\r\nConnection: close\r\n");
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            OutputStream out = server.getOutputStream();
            out.write(once.getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
            return server.getInputStream().readAllBytes();
        }
    }

    private static byte[] spoilt(byte[] answer, Fault fault) {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int bodyAt = text.indexOf("\r\n\r\n") + 4;
        String head = text.substring(0, bodyAt);
        String body = text.substring(bodyAt);
        String half = body.substring(0, body.length() / 2);
        String kept = switch (fault) {
            case TORN -> head + half;
            case TOO_LONG -> announcing(head, body.length() + 7) + body;
            case TOO_SHORT -> announcing(head, half.length()) + half;
            default -> text;
        };
        return kept.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String announcing(String head, int length) {
        return head.replaceFirst("(?i)content-length:[^\r]*", "Content-Length: " + length);
    }

    private static void error(Socket client, String status, String code) throws IOException {
        String body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>injected</Message></Error>";
        String answer =
                "HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body;
        client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                return new byte[0];
            }
            head.write(next);
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return head.toByteArray();
    }

    private static int length(String head) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(15).trim());
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
