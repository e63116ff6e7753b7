package dev.maas.registry.store.s3;

import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Puts objects if they are absent. Safe for use by any thread.
 *
 * <p>The condition is {@code If-None-Match: *}, on the put itself or on the completion of a put in parts, and no other: compatible servers
 * lose updates with {@code If-Match}. What the server says is not the whole truth. A put whose answer was lost is sent again, by the SDK or
 * by the JDK below it, and is then refused because of itself; a refusal (412) or a failure therefore ends with a look at the object. If it
 * carries this put's token, this put has won. A conflict (409) says that another put or delete was under way; if then there is no object, the
 * put is sent again.
 *
 * <p>Where a failed put finds no object it may still take place later; that is said by a failure, and the caller may put again.
 */
final class S3Put {
    private static final int MOST_CONFLICTS = 8;
    private static final long BACKOFF_NANOS = 20_000_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final S3Bucket bucket;
    private final S3Multipart multipart;
    private final S3Tuning tuning;

    S3Put(S3Bucket bucket, S3Multipart multipart, S3Tuning tuning) {
        this.bucket = bucket;
        this.multipart = multipart;
        this.tuning = tuning;
    }

    /** One try to put an object, by whatever requests. */
    private interface Sending {
        void send(String token) throws IOException;
    }

    static String token() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    boolean putIfAbsent(String key, ObjectContent content) {
        boolean inOne = content.size() <= tuning.partBytes();
        // A look costs a round trip; what is small and in memory is sent instead.
        if (!(inOne && content.inMemory()) && bucket.head(key).isPresent()) {
            return false;
        }
        if (inOne) {
            byte[] bytes = bytes(key, content);
            return send(key, token -> bucket.putIfAbsent(key, bytes, content.mediaType(), token));
        }
        return send(key, token -> multipart.putIfAbsent(key, content, token));
    }

    private byte[] bytes(String key, ObjectContent content) {
        try (InputStream in = content.open()) {
            byte[] bytes = in.readNBytes((int) content.size() + 1);
            if (bytes.length != content.size()) {
                throw new IOException("The content does not have the " + content.size() + " bytes that were announced");
            }
            return bytes;
        } catch (IOException e) {
            throw contentFailure(key, e);
        }
    }

    private RegistryException contentFailure(String key, IOException e) {
        String reason =
                e instanceof InterruptedIOException ? "this thread was interrupted" : "its content cannot be read";
        return new RegistryException(bucket.name() + ": cannot put '" + key + "': " + reason, e);
    }

    /** Copies an object by the server. */
    boolean copyIfAbsent(String from, String to, long size) {
        return bucket.head(to).isEmpty() && send(to, token -> multipart.copyIfAbsent(from, to, size, token));
    }

    private boolean send(String key, Sending sending) {
        String token = token();
        for (int conflicts = 0; ; conflicts++) {
            try {
                sending.send(token);
                return true;
            } catch (IOException e) {
                throw contentFailure(key, e);
            } catch (SdkException e) {
                @Nullable Boolean won = settle(key, token, e);
                if (won != null) {
                    return won;
                }
                boolean again =
                        S3Bucket.status(e) == S3Bucket.CONFLICT || S3Bucket.status(e) == S3Bucket.PRECONDITION_FAILED;
                if (!again || conflicts == MOST_CONFLICTS) {
                    throw bucket.failure("put", key, e);
                }
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(BACKOFF_NANOS << Math.min(conflicts, 4)));
            }
        }
    }

    /** Returns whether this put has won, by what lies there; null if nothing does. */
    private @Nullable Boolean settle(String key, String token, SdkException e) {
        try {
            Optional<S3Bucket.Head> there = bucket.head(key);
            return there.isEmpty() ? null : Boolean.valueOf(there.get().token().equals(token));
        } catch (RegistryException unknown) {
            RegistryException failure = bucket.failure("put", key, e);
            failure.addSuppressed(unknown);
            throw failure;
        }
    }
}
