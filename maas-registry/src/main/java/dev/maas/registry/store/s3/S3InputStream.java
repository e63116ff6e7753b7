package dev.maas.registry.store.s3;

import dev.maas.ClosedException;
import dev.maas.registry.store.RequestThreads;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An object's bytes, asked for in ranges of which a few are under way or in memory at a time. Used by one thread.
 *
 * <p>A range that was lost or torn is asked for again; the others go on. All must be of one and the same object. A stream that is not closed
 * holds memory, but no connection.
 */
final class S3InputStream extends InputStream {
    private final S3Bucket bucket;
    private final RequestThreads requests;
    private final S3Tuning tuning;
    private final String key;
    private final String tag;
    private final long end;
    private final Deque<Future<S3Range>> ahead = new ArrayDeque<>();
    private byte[] current;
    private int position;
    private long next;
    private boolean closed;

    /** Makes a stream that begins with a range that was read, and goes on to that end. */
    S3InputStream(
            S3Bucket bucket,
            RequestThreads requests,
            S3Tuning tuning,
            String key,
            S3Range first,
            long offset,
            long end) {
        this.bucket = bucket;
        this.requests = requests;
        this.tuning = tuning;
        this.key = key;
        this.tag = first.tag();
        this.current = first.bytes();
        this.next = offset + first.bytes().length;
        this.end = end;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException("The stream of '" + key + "' was closed");
        }
        if (length == 0) {
            return 0;
        }
        if (position == current.length && !advance()) {
            return -1;
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current, position, bytes, offset, count);
        position += count;
        return count;
    }

    @Override
    public int available() {
        return closed ? 0 : current.length - position;
    }

    /** Takes the next range; returns false at the end. */
    private boolean advance() throws IOException {
        try {
            while (next < end && ahead.size() < tuning.parallel()) {
                long from = next;
                int length = (int) Math.min(tuning.chunkBytes(), end - from);
                ahead.add(requests.submit(() -> S3Range.get(bucket, key, from, length)));
                next += length;
            }
            if (ahead.isEmpty()) {
                return false;
            }
            S3Range range = RequestThreads.get(ahead.remove());
            if (!range.tag().equals(tag)) {
                throw new IOException(bucket.name() + ": '" + key + "' was exchanged while it was read");
            }
            current = range.bytes();
            position = 0;
            return true;
        } catch (SdkException e) {
            throw new IOException(bucket.name() + ": cannot read '" + key + "': " + S3Bucket.reason(e), e);
        } catch (ClosedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        ahead.forEach(range -> range.cancel(true));
        ahead.clear();
        current = new byte[0];
        position = 0;
    }
}
