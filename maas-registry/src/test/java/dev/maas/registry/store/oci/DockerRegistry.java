package dev.maas.registry.store.oci;

import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;

/** Docker's own registry as a process of its own on loopback, where it is installed. */
@NullMarked
public final class DockerRegistry implements AutoCloseable {
    static final String USER = "tester";
    static final String PASSWORD = "not-to-be-seen-in-messages";

    /** What {@code htpasswd -B} makes of the password. */
    private static final String HTPASSWD = "$2y$05$.jbRUx0N08Nt/bbkzA8pDuERYVnmQ1zY6QwAjsCnSuJH3cIHlENNO";

    private static final List<Path> PLACES =
            List.of(Path.of("/usr/bin/docker-registry"), Path.of("/usr/local/bin/docker-registry"));

    private final Process process;
    private final int port;
    private final Path data;

    private DockerRegistry(Process process, int port, Path data) {
        this.process = process;
        this.port = port;
        this.data = data;
    }

    /** Starts a registry without users that lets manifests be deleted; skips the test where it is not installed. */
    public static DockerRegistry start(Path folder) throws IOException {
        return start(folder, true, false);
    }

    static DockerRegistry start(Path folder, boolean deletes, boolean users) throws IOException {
        Optional<Path> program = program();
        Assumptions.assumeTrue(program.isPresent(), "docker-registry is not installed (Debian: docker-registry)");
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.createDirectories(folder);
        Path passwords = folder.resolve("htpasswd");
        Files.writeString(passwords, USER + ":" + HTPASSWD + "\n");
        Path config = folder.resolve("config.yml");
        Files.writeString(
                config,
                "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage:\n  filesystem: {rootdirectory: '"
                        + folder.resolve("data") + "'}\n  delete: {enabled: " + deletes + "}\nhttp: {addr: '127.0.0.1:"
                        + port + "'}\n"
                        + (users ? "auth: {htpasswd: {realm: models, path: '" + passwords + "'}}\n" : ""));
        Process process = new ProcessBuilder(program.get().toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        DockerRegistry registry = new DockerRegistry(process, port, folder.resolve("data"));
        try {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofSeconds(20))
                    .until(registry::answers);
            return registry;
        } catch (RuntimeException e) {
            registry.close();
            throw e;
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + host() + "/v2/"))
                    .build();
            int status = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            return status == 200 || status == 401;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns where it listens. */
    public String host() {
        return "127.0.0.1:" + port;
    }

    /** Returns the location of a store in a repository, for one writer. */
    public String location(String repository) {
        return "oci://" + host() + "/" + repository + "?single-writer=true";
    }

    /** Opens a store with small chunks. */
    public static ObjectStore store(String location) {
        return OciStoreOpening.open(OciLocation.parse(URI.create(location)), null, TestOci.SMALL);
    }

    /** Lets the registry collect its own garbage. */
    public void collectGarbage() throws IOException, InterruptedException {
        Path config = data.resolveSibling("config.yml");
        Process collecting = new ProcessBuilder(
                        program().orElseThrow().toString(), "garbage-collect", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(data.resolveSibling("collect.log").toFile())
                .start();
        if (collecting.waitFor() != 0) {
            throw new IOException(Files.readString(data.resolveSibling("collect.log")));
        }
    }

    private static Optional<Path> program() {
        return PLACES.stream().filter(Files::isExecutable).findFirst();
    }

    /** Returns whether the registry has a blob's bytes in any repository. */
    public boolean has(String hex) {
        return Files.exists(bytes(hex));
    }

    private Path bytes(String hex) {
        return data.resolve("docker/registry/v2/blobs/sha256/" + hex.substring(0, 2) + "/" + hex + "/data");
    }

    /** Changes a blob's bytes behind the registry's back. */
    public void flip(String hex) throws IOException {
        Path file = bytes(hex);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    /** Returns the tags of a repository. */
    public List<String> tags(String repository) throws IOException {
        Path folder = data.resolve("docker/registry/v2/repositories/" + repository + "/_manifests/tags");
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** Returns the bytes of a tag's or digest's manifest, as any tool gets them. */
    public String manifest(String repository, String reference) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + host() + "/v2/" + repository + "/manifests/" + reference))
                .header("Accept", OciEntry.MANIFEST_TYPE)
                .header("Accept", OciEntry.INDEX_TYPE)
                .build();
        HttpResponse<byte[]> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
        return response.statusCode() == 200 ? new String(response.body(), StandardCharsets.UTF_8) : "";
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
