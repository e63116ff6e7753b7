package dev.maas.registry.store.s3;

import dev.maas.AccessDeniedException;
import dev.maas.ClosedException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectKeys;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.RequestThreads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * A store in a bucket, for any number of processes on any machines at once.
 *
 * <p>See {@link S3Put} for how one of many puts wins. An object is read in ranges; the first is fetched when it is opened, so that a small one
 * takes one request and holds no connection.
 */
final class S3Store implements ObjectStore {
    /** Where this kind of store keeps its own scratch; {@link ObjectKeys} keeps others out of it. */
    static final String SCRATCH = "tmp/";

    /** What is put to try the server out. */
    static final String PROBES = SCRATCH + "probe-";

    private final S3Bucket bucket;
    private final S3Tuning tuning;
    private final RequestThreads requests;
    private final S3Put put;
    private final S3Lister lister;
    private final @Nullable String readOnlyReason;
    private volatile boolean closed;

    S3Store(S3Bucket bucket, S3Tuning tuning, RequestThreads requests, S3Put put, @Nullable String readOnlyReason) {
        this.bucket = bucket;
        this.tuning = tuning;
        this.requests = requests;
        this.put = put;
        this.lister = new S3Lister(bucket);
        this.readOnlyReason = readOnlyReason;
    }

    @Override
    public String name() {
        return bucket.name();
    }

    @Override
    public Optional<String> readOnlyReason() {
        return Optional.ofNullable(readOnlyReason);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        requireOpen();
        return bucket.head(ObjectKeys.require(key)).map(head -> new ObjectInfo(key, head.size(), head.lastModified()));
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        requireOpen();
        ObjectKeys.require(key);
        ObjectKeys.requireRange(offset, length);
        if (length == 0) {
            return stat(key).map(info -> InputStream.nullInputStream());
        }
        int firstLength = (int) Math.min(length, tuning.chunkBytes());
        if (offset > Long.MAX_VALUE - firstLength) {
            return stat(key).map(info -> InputStream.nullInputStream());
        }
        try {
            S3Range first = S3Range.get(bucket, key, offset, firstLength);
            long end = length > first.total() - offset ? first.total() : offset + length;
            return Optional.of(
                    offset + first.bytes().length >= end
                            ? new ByteArrayInputStream(first.bytes())
                            : new S3InputStream(bucket, requests, tuning, key, first, offset, end));
        } catch (SdkException e) {
            if (S3Bucket.isAbsent(e)) {
                return Optional.empty();
            }
            if (S3Bucket.status(e) == S3Bucket.RANGE_NOT_SATISFIABLE) {
                // The object is there and ends before the range, or is empty.
                return Optional.of(InputStream.nullInputStream());
            }
            throw bucket.failure("open", key, e);
        }
    }

    @Override
    public Iterator<Optional<InputStream>> openAll(List<String> keys) {
        requireOpen();
        List<Future<Optional<InputStream>>> opened =
                keys.stream().map(key -> requests.submit(() -> open(key))).toList();
        return opened.stream().map(this::get).iterator();
    }

    private Optional<InputStream> get(Future<Optional<InputStream>> opened) {
        try {
            return RequestThreads.get(opened);
        } catch (IOException e) {
            throw new RegistryException(name() + ": cannot open several objects at once: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        requireWritable(key);
        Objects.requireNonNull(content, "content");
        return put.putIfAbsent(key, content);
    }

    @Override
    public boolean copyIfAbsent(String from, String to) {
        requireWritable(to);
        ObjectInfo info = stat(from)
                .orElseThrow(
                        () -> new RegistryException(name() + ": there is no '" + from + "' to copy to '" + to + "'"));
        return info.size() <= tuning.partBytes()
                ? ObjectStore.super.copyIfAbsent(from, to)
                : put.copyIfAbsent(from, to, info.size());
    }

    @Override
    public boolean delete(String key) {
        requireWritable(key);
        // The server answers alike whether there was anything to delete.
        boolean there = bucket.head(key).isPresent();
        if (there) {
            bucket.delete(key);
        }
        return there;
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        return lister.list(prefix, after, limit);
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        return lister.folders(prefix, after, limit);
    }

    /** Removes probes, and gives back the parts of uploads that nobody completed. */
    @Override
    public void clean(Duration olderThan) {
        requireWritable("clean");
        // The server refuses requests of clocks that are a quarter of an hour off, so that this machine's will do.
        Instant limit = Instant.now().minus(olderThan);
        lister.forEachProbe(probe -> {
            if (!probe.lastModified().isAfter(limit)) {
                bucket.delete(probe.key());
            }
        });
        try {
            bucket.client()
                    .listMultipartUploadsPaginator(
                            request -> request.bucket(bucket.bucket()).prefix(bucket.prefix()))
                    .uploads()
                    .forEach(upload -> abort(upload, limit));
        } catch (SdkException e) {
            if (S3Bucket.status(e) != S3Bucket.NOT_IMPLEMENTED) {
                throw bucket.failure("clean", "uploads", e);
            }
        }
    }

    private void abort(MultipartUpload upload, Instant limit) {
        if (upload.initiated().isAfter(limit)) {
            return;
        }
        try {
            bucket.client()
                    .abortMultipartUpload(request ->
                            request.bucket(bucket.bucket()).key(upload.key()).uploadId(upload.uploadId()));
        } catch (SdkException e) {
            if (!S3Bucket.isAbsent(e)) {
                throw e;
            }
        }
    }

    private void requireWritable(String key) {
        requireOpen();
        ObjectKeys.require(key);
        if (readOnlyReason != null) {
            throw new AccessDeniedException(name() + " is read-only: " + readOnlyReason);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException(name() + " was closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        requests.close();
        bucket.close();
    }
}
