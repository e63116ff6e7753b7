package dev.maas.registry.store.s3;

import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.RequestThreads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Puts and copies large objects in parts, several at once, each at most once in memory. Safe for use by any thread.
 *
 * <p>Nothing is visible before the completion, which carries the condition. Whether the server heeds it there is tried out before the first
 * upload. Where it does not, an object that is named by the digest of its bytes is completed without the condition: whoever overwrites it
 * writes the same bytes. Others that large are refused.
 */
final class S3Multipart {
    private static final Logger LOG = LoggerFactory.getLogger(S3Multipart.class);
    private static final Pattern NAMED_BY_DIGEST = Pattern.compile("(?:.*/)?[0-9a-f]{64}");

    /** The server copies up to 5 GiB in one request; smaller ranges are copied at once. */
    private static final long COPY_BYTES = 512L << 20;

    private static final long LARGEST = 5L << 40;

    private final S3Bucket bucket;
    private final S3Tuning tuning;
    private final RequestThreads requests;

    private volatile @Nullable Boolean conditional;

    S3Multipart(S3Bucket bucket, S3Tuning tuning, RequestThreads requests) {
        this.bucket = bucket;
        this.tuning = tuning;
        this.requests = requests;
    }

    /** Sends the parts of an upload. */
    private interface Sending {
        List<CompletedPart> send(String upload) throws IOException;
    }

    void putIfAbsent(String key, ObjectContent content, String token) throws IOException {
        run(key, content.size(), content.mediaType(), token, upload -> upload(key, content, upload));
    }

    void copyIfAbsent(String from, String to, long size, String token) {
        try {
            run(to, size, ObjectContent.OCTETS, token, upload -> copy(from, to, size, upload));
        } catch (IOException e) {
            throw new RegistryException(bucket.name() + ": cannot copy '" + from + "' to '" + to + "'", e);
        }
    }

    private void run(String key, long size, String mediaType, String token, Sending sending) throws IOException {
        boolean underCondition = isConditional();
        if (size > LARGEST || (!underCondition && !NAMED_BY_DIGEST.matcher(key).matches())) {
            throw new RegistryException(bucket.name() + ": cannot put '" + key + "' of " + size + " bytes: "
                    + (underCondition
                            ? "an object has no more than 5 TiB"
                            : "the server knows no conditional completion, so that one above " + tuning.partBytes()
                                    + " bytes must be named by its digest"));
        }
        String upload = create(key, mediaType, token);
        try {
            complete(key, upload, sending.send(upload), underCondition);
        } catch (IOException | RuntimeException e) {
            abort(key, upload);
            throw e;
        }
    }

    private String create(String key, String mediaType, String token) {
        return bucket.client()
                .createMultipartUpload(request -> request.bucket(bucket.bucket())
                        .key(bucket.full(key))
                        .contentType(mediaType)
                        .metadata(S3Bucket.metadata(token)))
                .uploadId();
    }

    private void complete(String key, String upload, List<CompletedPart> parts, boolean underCondition) {
        bucket.client()
                .completeMultipartUpload(request -> request.bucket(bucket.bucket())
                        .key(bucket.full(key))
                        .uploadId(upload)
                        .ifNoneMatch(underCondition ? "*" : null)
                        .multipartUpload(all -> all.parts(parts)));
    }

    /** Gives the parts back; {@link S3Store#clean} does so for uploads whose abort failed too. */
    private void abort(String key, String upload) {
        try {
            bucket.client()
                    .abortMultipartUpload(request -> request.bucket(bucket.bucket())
                            .key(bucket.full(key))
                            .uploadId(upload));
        } catch (SdkException e) {
            // After a completion whose answer was lost there is no upload any more.
            LOG.debug("An upload to '{}' of {} was not aborted", key, bucket.name(), e);
        }
    }

    private List<CompletedPart> upload(String key, ObjectContent content, String upload) throws IOException {
        int partBytes = (int) tuning.partBytes(content.size());
        Window window = new Window();
        try (InputStream in = content.open()) {
            long left = content.size();
            for (int number = 1; left > 0; number++) {
                byte[] buffer = window.buffer(partBytes);
                int count = in.readNBytes(buffer, 0, (int) Math.min(partBytes, left));
                left -= count;
                if (count == 0 || (left == 0 && in.read() >= 0)) {
                    throw new IOException(
                            "The content does not have the " + content.size() + " bytes that were announced");
                }
                int part = number;
                window.submit(buffer, () -> uploadPart(key, upload, part, buffer, count));
            }
            return window.finish();
        } finally {
            window.cancel();
        }
    }

    private CompletedPart uploadPart(String key, String upload, int number, byte[] buffer, int count) {
        UploadPartRequest.Builder request = UploadPartRequest.builder()
                .bucket(bucket.bucket())
                .key(bucket.full(key))
                .uploadId(upload)
                .partNumber(number);
        S3Bucket.md5(buffer, count).ifPresent(request::contentMD5);
        String tag = bucket.client()
                .uploadPart(request.build(), S3Bucket.body(buffer, count, ObjectContent.OCTETS))
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    private List<CompletedPart> copy(String from, String to, long size, String upload) throws IOException {
        long partBytes = Math.max(Math.min(COPY_BYTES, size), tuning.partBytes(size));
        Window window = new Window();
        try {
            int number = 1;
            for (long offset = 0; offset < size; offset += partBytes) {
                byte[] none = window.buffer(0);
                int part = number++;
                String range = "bytes=" + offset + "-" + (Math.min(size, offset + partBytes) - 1);
                window.submit(none, () -> copyPart(from, to, upload, part, range));
            }
            return window.finish();
        } finally {
            window.cancel();
        }
    }

    private CompletedPart copyPart(String from, String to, String upload, int number, String range) {
        String tag = bucket.client()
                .uploadPartCopy(request -> request.sourceBucket(bucket.bucket())
                        .sourceKey(bucket.full(from))
                        .copySourceRange(range)
                        .destinationBucket(bucket.bucket())
                        .destinationKey(bucket.full(to))
                        .uploadId(upload)
                        .partNumber(number))
                .copyPartResult()
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    /** The parts that are under way, those that are done, and the buffers of both. Used by one thread. */
    private final class Window {
        private final Deque<Future<CompletedPart>> pending = new ArrayDeque<>();
        private final Deque<byte[]> busy = new ArrayDeque<>();
        private final Deque<byte[]> free = new ArrayDeque<>();
        private final List<CompletedPart> done = new ArrayList<>();

        /** Waits until another part may go, and returns a buffer that no part uses any more. */
        byte[] buffer(int bytes) throws IOException {
            while (pending.size() >= tuning.parallel()) {
                await();
            }
            return free.isEmpty() ? new byte[bytes] : free.remove();
        }

        void submit(byte[] buffer, Callable<CompletedPart> part) {
            pending.add(requests.submit(part));
            busy.add(buffer);
        }

        List<CompletedPart> finish() throws IOException {
            while (!pending.isEmpty()) {
                await();
            }
            return done;
        }

        private void await() throws IOException {
            done.add(RequestThreads.get(pending.remove()));
            free.add(busy.remove());
        }

        void cancel() {
            pending.forEach(part -> part.cancel(true));
        }
    }

    /** Tries out, once, whether a completion under the condition is refused where an object is. */
    private boolean isConditional() {
        @Nullable Boolean known = conditional;
        if (known == null) {
            known = bucket.call("try out uploads in parts at", S3Store.PROBES, this::probe);
            conditional = known;
        }
        return known;
    }

    private boolean probe() {
        String key = S3Store.PROBES + UUID.randomUUID();
        byte[] bytes = "probe".getBytes(StandardCharsets.US_ASCII);
        bucket.putIfAbsent(key, bytes, ObjectContent.OCTETS, S3Put.token());
        String upload = create(key, ObjectContent.OCTETS, S3Put.token());
        try {
            complete(key, upload, List.of(uploadPart(key, upload, 1, bytes, bytes.length)), true);
            LOG.warn("{} completes uploads in parts regardless of conditions", bucket.name());
            return false;
        } catch (SdkException e) {
            int status = S3Bucket.status(e);
            if (status == S3Bucket.PRECONDITION_FAILED) {
                return true;
            }
            if (status == S3Bucket.NOT_IMPLEMENTED || status == 400) {
                LOG.debug("{} knows no conditional completion of uploads in parts", bucket.name(), e);
                return false;
            }
            throw e;
        } finally {
            abort(key, upload);
            bucket.delete(key);
        }
    }
}
