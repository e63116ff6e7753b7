package dev.maas.registry.store.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who proves what to whom: tokens, passwords, redirects. */
class OciAuthTest {
    private final List<String> tokenRequests = new CopyOnWriteArrayList<>();
    private final Set<String> valid = ConcurrentHashMap.newKeySet();
    private FakeRegistry server;
    private @Nullable HttpServer elsewhere;

    /** Where the registry says that tokens are had; null for its own. */
    private volatile @Nullable String realm;

    @BeforeEach
    void start() throws Exception {
        server = new FakeRegistry();
    }

    @AfterEach
    void stop() {
        server.close();
        if (elsewhere != null) {
            elsewhere.stop(0);
        }
    }

    private String location() {
        return server.location("?single-writer=true");
    }

    private static OciStore open(String location) {
        return TestOci.open(location, TestOci.CREDENTIALS, TestOci.SMALL);
    }

    private static @Nullable String authorization(HttpExchange exchange) {
        return exchange.getRequestHeaders().getFirst("Authorization");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Lets the registry ask for tokens, each of which is for what its scope says. */
    private void askForTokens() {
        server.gate = exchange -> {
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            if (exchange.getRequestURI().getPath().equals("/token")) {
                tokenRequests.add(query);
                boolean known = TestOci.CREDENTIALS.basic().equals(authorization(exchange));
                String token = "t" + tokenRequests.size() + "-"
                        + query.replaceAll(".*scope=repository:team/models:([a-z,]+).*", "$1");
                valid.add("Bearer " + token);
                answer(exchange, known ? 200 : 401, "{\"token\":\"" + token + "\",\"expires_in\":300}");
                return true;
            }
            String action = switch (exchange.getRequestMethod()) {
                case "GET", "HEAD" -> "pull";
                case "DELETE" -> "delete";
                default -> "push";
            };
            String sent = String.valueOf(authorization(exchange));
            if (valid.contains(sent) && sent.contains(action)) {
                return false;
            }
            String scope = action.equals("push") ? "pull,push" : action;
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\"" + (realm == null ? "http://127.0.0.1:" + server.port() + "/token" : realm)
                                    + "\",service=\"models, \\\"ours\\\"\",scope=\"repository:team/models:" + scope
                                    + "\"");
            exchange.sendResponseHeaders(401, -1);
            return true;
        };
    }

    @Test
    void oneTokenForEachKindOfAccessIsFetchedAndUsedAgain() throws Exception {
        askForTokens();
        try (OciStore store = open(location())) {
            for (int i = 0; i < 3; i++) {
                assertThat(store.putIfAbsent("k/x" + i, TestOci.text("x"))).isTrue();
            }
            assertThat(store.delete("k/x1")).isTrue();
            assertThat(tokenRequests).hasSize(3);
            assertThat(tokenRequests.get(0))
                    .contains("service=models, \"ours\"")
                    .contains("scope=repository:team/models:pull");
        }
    }

    @Test
    void aTokenThatIsRefusedIsRenewedOnceForAllThreads() throws Exception {
        askForTokens();
        try (OciStore store = open(location())) {
            store.putIfAbsent("k", TestOci.text("x"));
            int before = tokenRequests.size();
            valid.clear();
            ExecutorService threads = Executors.newFixedThreadPool(6);
            try {
                List<Callable<Boolean>> reads = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    reads.add(() -> store.stat("k").isPresent());
                }
                for (Future<Boolean> read : threads.invokeAll(reads)) {
                    assertThat(read.get()).isTrue();
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(tokenRequests).hasSize(before + 1);
        }
    }

    @Test
    void aWrongPasswordIsSaidWithoutIt() {
        askForTokens();
        assertThatThrownBy(() -> TestOci.open(
                        location(), new OciCredentials("tester", "wrong-" + TestOci.PASSWORD, false), TestOci.SMALL))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("token service answered 401")
                .satisfies(OciAuthTest::holdsNoSecret);
        assertThat(tokenRequests).as("asked once, lest an account be locked").hasSize(1);
    }

    private static void holdsNoSecret(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            assertThat(each.toString()).doesNotContain(TestOci.PASSWORD).doesNotContain("Basic ");
            for (Throwable suppressed : each.getSuppressed()) {
                holdsNoSecret(suppressed);
            }
        }
    }

    private String startElsewhere(List<String> seen, String path) throws IOException {
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        other.createContext("/", exchange -> {
            try (exchange) {
                seen.add(exchange.getRequestURI() + " " + authorization(exchange));
                String name = exchange.getRequestURI().getPath();
                byte[] bytes = server.blobs.getOrDefault(name.substring(name.lastIndexOf('/') + 1), new byte[0]);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        other.start();
        elsewhere = other;
        return "http://localhost:" + other.getAddress().getPort() + path;
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "ftp", "https-user", "none"})
    void aTokenServiceThatIsNeitherEncryptedNorTheRegistrysHostGetsNothing(String kind) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        String other = startElsewhere(seen, "/token");
        realm = switch (kind) {
            case "http" -> other;
            case "ftp" -> other.replace("http:", "ftp:");
            case "https-user" -> other.replace("http://", "https://user:word@");
            default -> "not an address";
        };
        askForTokens();
        assertThatThrownBy(() -> open(location()))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("token service")
                .satisfies(OciAuthTest::holdsNoSecret);
        assertThat(seen).isEmpty();
    }

    @Test
    void aRedirectToAStorageIsFollowedWithoutTheToken() throws Exception {
        askForTokens();
        byte[] bytes = TestOci.random(70_000);
        List<String> seen = new CopyOnWriteArrayList<>();
        try (OciStore store = open(location())) {
            store.putIfAbsent(TestOci.blobKey(bytes), TestOci.octets(bytes));
            server.storage = startElsewhere(seen, "/storage?signed=secret#").replace("?signed=secret#", "");
            try (InputStream in = store.open(TestOci.blobKey(bytes)).orElseThrow()) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
        }
        assertThat(seen).containsExactly("/storage/" + Sha256.hex(bytes) + " null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1/x", "http://user:word@127.0.0.1/x", "::", "/loop"})
    void aRedirectThatLeadsAstrayIsRefused(String to) {
        byte[] bytes = TestOci.random(70_000);
        try (OciStore store = TestOci.open(location())) {
            store.putIfAbsent(TestOci.blobKey(bytes), TestOci.octets(bytes));
            server.gate = exchange -> {
                boolean read = exchange.getRequestURI().getPath().matches(".*/blobs/sha256:.*|/loop");
                if (read) {
                    exchange.getResponseHeaders().set("Location", to);
                    exchange.sendResponseHeaders(302, -1);
                }
                return read;
            };
            assertThatThrownBy(() -> store.open(TestOci.blobKey(bytes))).isInstanceOf(RegistryException.class);
        }
    }

    @Test
    void aWriteIsNotLedElsewhere() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        String other = startElsewhere(seen, "/");
        try (OciStore store = TestOci.open(location())) {
            store.putIfAbsent("j", TestOci.text("x"));
            server.gate = exchange -> {
                boolean write = exchange.getRequestMethod().equals("PUT");
                if (write) {
                    exchange.getResponseHeaders().set("Location", other);
                    exchange.sendResponseHeaders(307, -1);
                }
                return write;
            };
            assertThatThrownBy(() -> store.putIfAbsent("k", TestOci.text("x"))).isInstanceOf(RegistryException.class);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void anIdentityTokenIsExchangedAndNeverSentToTheRegistry() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        server.gate = exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                seen.add(exchange.getRequestMethod() + " " + authorization(exchange));
                answer(exchange, 200, "{\"access_token\":\"from-identity\"}");
                return true;
            }
            boolean known = "Bearer from-identity".equals(authorization(exchange));
            if (!known) {
                exchange.getResponseHeaders()
                        .set(
                                "WWW-Authenticate",
                                "Basic realm=\"x\", Bearer realm=\"http://127.0.0.1:" + server.port() + "/token\"");
                exchange.sendResponseHeaders(401, -1);
            }
            return !known;
        };
        try (OciStore store = TestOci.open(location(), new OciCredentials("", TestOci.PASSWORD, true), TestOci.SMALL)) {
            assertThat(store.stat("k")).isEmpty();
        }
        assertThat(seen).isNotEmpty().allMatch("POST null"::equals);
    }

    @Test
    void dockersRegistryTakesUserAndPassword(@TempDir Path folder) throws Exception {
        try (DockerRegistry docker = DockerRegistry.start(folder, true, true)) {
            URI location = URI.create(docker.location("models"));
            OciStoreProvider provider = new OciStoreProvider();
            try (var store =
                    provider.open(location, new PasswordAuthentication(TestOci.USER, TestOci.PASSWORD.toCharArray()))) {
                assertThat(store.putIfAbsent("k", TestOci.text("x"))).isTrue();
                assertThat(store.stat("k")).isPresent();
            }
            assertThatThrownBy(() -> provider.open(location))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("401");
            assertThatThrownBy(() -> provider.open(
                            location, new PasswordAuthentication("other", TestOci.PASSWORD.toCharArray())))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("401")
                    .satisfies(OciAuthTest::holdsNoSecret);
        }
    }
}
