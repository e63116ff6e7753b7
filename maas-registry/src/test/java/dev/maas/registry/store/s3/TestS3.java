package dev.maas.registry.store.s3;

import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.NullMarked;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** An S3 server in this JVM, on a folder, that checks signatures; and stores on it. */
@NullMarked
public final class TestS3 implements AutoCloseable {
    /** What signs the requests; no message may hold it. */
    public static final String SECRET = "not-to-be-seen-in-messages";

    /** The key's public half. */
    public static final String ACCESS_KEY = "tester";

    private static final String BUCKET = "bucket";

    /** The smallest parts that a server takes, ranges that cut most objects, and waits so short that faults do not take long. */
    static final S3Tuning SMALL = new S3Tuning(
            5 << 20,
            48 << 10,
            3,
            4,
            Duration.ofMillis(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60));

    /** The same for who waits for an answer that does not come. */
    static final S3Tuning IMPATIENT = new S3Tuning(
            SMALL.partBytes(),
            SMALL.chunkBytes(),
            SMALL.parallel(),
            SMALL.attempts(),
            SMALL.firstBackoff(),
            SMALL.connectTimeout(),
            Duration.ofMillis(150),
            SMALL.callTimeout());

    private final Path folder;
    private final S3Proxy proxy;

    private TestS3(Path folder, S3Proxy proxy) {
        this.folder = folder;
        this.proxy = proxy;
    }

    /** Starts a server with one empty bucket in a folder. */
    public static TestS3 start(Path folder) {
        try {
            Files.createDirectories(folder.resolve(BUCKET));
            S3Proxy proxy = S3Proxy.builder()
                    .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                    .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET)
                    .endpoint(URI.create("http://127.0.0.1:0"))
                    .stopTimeout(0)
                    .build();
            proxy.start();
            return new TestS3(folder, proxy);
        } catch (Exception e) {
            throw new IllegalStateException("The server did not start", e);
        }
    }

    /** Returns where the server listens. */
    public int port() {
        return proxy.getPort();
    }

    /** Returns the location of a registry in the bucket. */
    public String location(String prefix) {
        return location(prefix, port());
    }

    /** Returns the location of a registry in the bucket, by way of another port. */
    public static String location(String prefix, int port) {
        return "s3://" + BUCKET + "/" + prefix + "?endpoint=http://127.0.0.1:" + port;
    }

    /** Opens a store with small parts. */
    public static ObjectStore store(String location) {
        return open(location, SMALL);
    }

    /** Opens a store with small parts that tells before and after each request that changes something. */
    public static ObjectStore stepping(String location, Runnable step) {
        ExecutionInterceptor stepping = new ExecutionInterceptor() {
            @Override
            public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
                tell(context);
            }

            @Override
            public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
                tell(context);
            }

            private void tell(Context.BeforeTransmission context) {
                SdkHttpMethod method = context.httpRequest().method();
                if (method != SdkHttpMethod.GET && method != SdkHttpMethod.HEAD) {
                    step.run();
                }
            }
        };
        return open(
                location,
                SMALL,
                client -> client.overrideConfiguration(
                        client.overrideConfiguration().copy(c -> c.addExecutionInterceptor(stepping))));
    }

    static S3Store open(String location, S3Tuning tuning) {
        return open(location, tuning, client -> {});
    }

    static S3Store open(String location, S3Tuning tuning, Consumer<S3ClientBuilder> change) {
        return S3StoreOpening.open(S3Location.parse(URI.create(location)), tuning, client -> {
            client.credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET)));
            change.accept(client);
        });
    }

    /** Lets the SDK's default chain find the server's credentials, until this is closed. */
    public static AutoCloseable credentials() {
        System.setProperty("aws.accessKeyId", ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", SECRET);
        return () -> {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        };
    }

    /** Returns the keys of all that lies in the bucket under a prefix, scratch and parts of uploads too. */
    public List<String> files(String prefix) {
        Path bucket = folder.resolve(BUCKET);
        try (Stream<Path> paths = Files.walk(bucket)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> bucket.relativize(path).toString())
                    .filter(key -> key.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts a file into the bucket behind the server's back. */
    void plant(String key, String text) throws IOException {
        Path file = folder.resolve(BUCKET).resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The server did not stop", e);
        }
    }
}
