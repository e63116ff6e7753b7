package dev.maas.registry.store.s3;

import dev.maas.RegistryException;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The requests to a server, each with the store's prefix before its key, and what their failures mean. Safe for use by any thread.
 *
 * <p>Each put carries a random token as the object's metadata. Where an answer was lost, or a repetition finds the object there, the token
 * tells whether it is this put's own.
 */
final class S3Bucket implements AutoCloseable {
    static final int PRECONDITION_FAILED = 412;
    static final int CONFLICT = 409;
    static final int NOT_FOUND = 404;
    static final int FORBIDDEN = 403;
    static final int NOT_IMPLEMENTED = 501;
    static final int RANGE_NOT_SATISFIABLE = 416;

    private static final String TOKEN = "maas-put";

    private final S3Client client;
    private final S3Location location;
    private final String name;

    S3Bucket(S3Client client, S3Location location) {
        this.client = client;
        this.location = location;
        this.name = location.name();
    }

    /**
     * What lies under a key.
     *
     * @param size its size
     * @param lastModified its date, in whole seconds as all servers give it
     * @param token the token of the put that put it; empty if the server did not keep it
     */
    record Head(long size, Instant lastModified, String token) {}

    S3Client client() {
        return client;
    }

    String name() {
        return name;
    }

    String bucket() {
        return location.bucket();
    }

    String prefix() {
        return location.prefix();
    }

    /** The key by which the server knows an object. */
    String full(String key) {
        return location.prefix() + key;
    }

    static Map<String, String> metadata(String token) {
        return Map.of(TOKEN, token);
    }

    Optional<Head> head(String key) {
        try {
            HeadObjectResponse response =
                    client.headObject(request -> request.bucket(bucket()).key(full(key)));
            return Optional.of(new Head(
                    response.contentLength(),
                    seconds(response.lastModified()),
                    response.metadata().getOrDefault(TOKEN, "")));
        } catch (SdkException e) {
            if (isAbsent(e)) {
                return Optional.empty();
            }
            throw failure("look up", key, e);
        }
    }

    static Instant seconds(Instant instant) {
        return Instant.ofEpochSecond(instant.getEpochSecond());
    }

    /** Puts an object if there is none, in one request. */
    void putIfAbsent(String key, byte[] bytes, String mediaType, String token) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(bucket())
                .key(full(key))
                .ifNoneMatch("*")
                .metadata(metadata(token));
        md5(bytes, bytes.length).ifPresent(request::contentMD5);
        client.putObject(request.build(), body(bytes, bytes.length, mediaType));
    }

    /** A body that does not copy its bytes. */
    static RequestBody body(byte[] bytes, int length, String mediaType) {
        return RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes, 0, length), length, mediaType);
    }

    /** The digest by which every server checks what arrives; where the JDK may not compute it, there is none. */
    static Optional<String> md5(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(bytes, 0, length);
            return Optional.of(Base64.getEncoder().encodeToString(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            return Optional.empty();
        }
    }

    void delete(String key) {
        call(
                "delete",
                key,
                () -> client.deleteObject(request -> request.bucket(bucket()).key(full(key))));
    }

    /**
     * Lists keys of the server, folders too if they are asked for by a delimiter.
     *
     * @param after a key of the store; null for the beginning
     */
    ListObjectsV2Response list(String prefix, @Nullable String after, @Nullable String delimiter, int limit) {
        return call(
                "list",
                prefix,
                () -> client.listObjectsV2(request -> request.bucket(bucket())
                        .prefix(full(prefix))
                        .startAfter(after == null ? null : full(after))
                        .delimiter(delimiter)
                        .maxKeys(limit)));
    }

    /** Sends a request, and tells of its failure in our words. */
    <T> T call(String verb, String key, Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw failure(verb, key, e);
        }
    }

    RegistryException failure(String verb, String key, SdkException e) {
        if (e instanceof AbortedException) {
            Thread.currentThread().interrupt();
        }
        return new RegistryException(name + ": cannot " + verb + " '" + key + "': " + reason(e), e);
    }

    static boolean isAbsent(SdkException e) {
        return status(e) == NOT_FOUND && !"NoSuchBucket".equals(code(e));
    }

    /** Returns the HTTP status of a refusal; 0 if there was no answer. */
    static int status(SdkException e) {
        return e instanceof S3Exception refusal ? refusal.statusCode() : 0;
    }

    static String code(SdkException e) {
        if (e instanceof S3Exception refusal && refusal.awsErrorDetails() != null) {
            String code = refusal.awsErrorDetails().errorCode();
            return code == null ? "" : code;
        }
        return "";
    }

    /** What went wrong: the server's code, and what can be done about the usual ones; never its text, which may repeat what was sent. */
    static String reason(SdkException e) {
        int status = status(e);
        if (status == 0) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("Unable to load credentials")) {
                return "no credentials were found where the AWS SDK looks for them";
            }
            return "the server gave no answer (" + rootName(e) + "). Look at the endpoint and the network";
        }
        String answer = "the server answered " + status + (code(e).isEmpty() ? "" : " " + code(e));
        return switch (status) {
            case FORBIDDEN ->
                answer + ". The credentials need s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there";
            case 301, 400 -> answer + ". Look at the region and the endpoint";
            case NOT_FOUND -> answer + ". Look at the bucket's name";
            case 503, 429 -> answer + ". It is overloaded; try again later";
            default -> answer;
        };
    }

    private static String rootName(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName();
    }

    @Override
    public void close() {
        client.close();
    }
}
