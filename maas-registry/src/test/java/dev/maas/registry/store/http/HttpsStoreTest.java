package dev.maas.registry.store.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store behind TLS, whose server made its certificate itself. */
class HttpsStoreTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final byte[] LARGE = new byte[3 << 20];

    static {
        new Random(1).nextBytes(LARGE);
    }

    @TempDir
    Path folder;

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private @Nullable HttpsServer server;

    /** Makes a certificate for a host or address, as {@code keytool} names it. */
    private KeyStore certificate(String name) throws Exception {
        Path file = folder.resolve(name.replace(':', '-') + ".p12");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=models",
                        "-ext",
                        "san=" + name,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private URI start(KeyStore keys) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext own = SSLContext.getInstance("TLS");
        own.init(managers.getKeyManagers(), null, null);
        HttpsServer started = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server = started;
        started.setHttpsConfigurator(new HttpsConfigurator(own));
        started.setExecutor(executor);
        started.createContext("/models/", exchange -> {
            byte[] body = exchange.getRequestURI().getPath().endsWith("/large") ? LARGE : new byte[] {'{', '}'};
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        started.start();
        return URI.create("https://127.0.0.1:" + started.getAddress().getPort() + "/models");
    }

    private static SSLContext trusting(KeyStore keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
        executor.shutdownNow();
    }

    @Test
    void aServerWhoseCertificateIsTrustedIsReadFrom() throws Exception {
        KeyStore keys = certificate("ip:127.0.0.1");
        URI location = start(keys);
        try (ObjectStore store = new HttpStoreProvider().open(location, null, trusting(keys))) {
            ByteArrayOutputStream copied = new ByteArrayOutputStream();
            assertThat(store.copyTo("blobs/large", 0, Channels.newChannel(copied)))
                    .hasValue(LARGE.length);
            assertThat(copied.toByteArray()).isEqualTo(LARGE);
            try (InputStream in = store.open("blobs/large").orElseThrow()) {
                assertThat(in.readAllBytes()).isEqualTo(LARGE);
            }
        }
    }

    @Test
    void aServerWhoseCertificateIsNotTrustedIsRefused() throws Exception {
        URI location = start(certificate("ip:127.0.0.1"));
        assertThatThrownBy(() -> new HttpsStoreProvider().open(location))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("certificate is not trusted")
                .hasMessageContaining("SSLContext");
        SSLContext another = trusting(certificate("ip:127.0.0.2"));
        assertThatThrownBy(() -> new HttpStoreProvider().open(location, null, another))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("certificate is not trusted");
    }

    @Test
    void aTrustedCertificateOfAnotherHostIsRefused() throws Exception {
        KeyStore keys = certificate("dns:elsewhere.example");
        URI location = start(keys);
        SSLContext tls = trusting(keys);
        assertThatThrownBy(() -> new HttpStoreProvider().open(location, null, tls))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("certificate is not trusted");
    }
}
