package dev.maas.registry.store.http;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;

/** A real nginx on the loopback that shows a folder, with its defaults but for the places of its files. */
@NullMarked
public final class TestNginx implements AutoCloseable {
    private static final List<String> PLACES = List.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx");
    private static final int TRIES = 5;

    private final Process process;
    private final int port;

    private TestNginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a server for a folder; skips the test, and says so, where there is no nginx. */
    public static TestNginx start(Path folder, Path scratch) {
        return start(folder, scratch, "");
    }

    /** Starts a server for a folder with more configuration for its files. */
    static TestNginx start(Path folder, Path scratch, String more) {
        Optional<Path> binary =
                PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
        Assumptions.assumeTrue(binary.isPresent(), "nginx is not installed: apt-get install nginx-light");
        try {
            Files.createDirectories(folder);
            Files.createDirectories(scratch);
            for (int attempt = 0; attempt < TRIES; attempt++) {
                int port = freePort();
                Process process = launch(binary.orElseThrow(), folder, scratch, port, more);
                await().atMost(20, TimeUnit.SECONDS).until(() -> !process.isAlive() || accepts(port));
                if (process.isAlive()) {
                    return new TestNginx(process, port);
                }
            }
            throw new IllegalStateException(
                    "nginx does not start: " + Files.readString(scratch.resolve("error.log"), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Process launch(Path binary, Path folder, Path scratch, int port, String more) throws IOException {
        String temporary = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(kind -> kind + "_temp_path " + scratch.resolve(kind) + ";\n")
                .reduce("", String::concat);
        // One process, which needs no other user and ends with its handle.
        String text = "daemon off;\nmaster_process off;\npid " + scratch.resolve("pid") + ";\nerror_log "
                + scratch.resolve("error.log") + ";\nevents {}\nhttp {\naccess_log " + scratch.resolve("access.log")
                + ";\n" + temporary + "server {\nlisten 127.0.0.1:" + port + ";\nlocation / {\nroot \"" + folder
                + "\";\n"
                + more + "}\n}\n}\n";
        Path configuration = Files.writeString(scratch.resolve("nginx.conf"), text, StandardCharsets.UTF_8);
        return new ProcessBuilder(
                        binary.toString(),
                        "-e",
                        scratch.resolve("error.log").toString(),
                        "-p",
                        scratch.toString(),
                        "-c",
                        configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(scratch.resolve("output.log").toFile())
                .start();
    }

    /** Returns the address of what lies in the folder. */
    public String location(String path) {
        return "http://127.0.0.1:" + port + "/" + path;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
