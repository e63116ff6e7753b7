package dev.maas.registry.store.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** A range of an object, whole in memory. Immutable but for its bytes, which belong to whoever asked. */
final class S3Range {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final byte[] bytes;
    private final long total;
    private final String tag;

    private S3Range(byte[] bytes, long total, String tag) {
        this.bytes = bytes;
        this.total = total;
        this.tag = tag;
    }

    /** Returns the bytes; fewer than were asked for only at the object's end. */
    byte[] bytes() {
        return bytes;
    }

    /** Returns the object's size. */
    long total() {
        return total;
    }

    /** Returns what tells the object from any other under its key. */
    String tag() {
        return tag;
    }

    /**
     * Reads a range. An answer that is torn, has a length that does not fit, or is of another range than was asked for, is asked for
     * again, within the client's attempts.
     *
     * @throws SdkException if it cannot be read
     */
    static S3Range get(S3Bucket bucket, String key, long offset, int length) {
        return bucket.client()
                .getObject(
                        request -> request.bucket(bucket.bucket())
                                .key(bucket.full(key))
                                .range("bytes=" + offset + "-" + (offset + length - 1)),
                        (ResponseTransformer<GetObjectResponse, S3Range>) (response, in) -> {
                            try {
                                return read(response, in, offset, length);
                            } catch (IOException e) {
                                in.abort();
                                throw RetryableException.create("The answer was not what was asked for", e);
                            }
                        });
    }

    private static S3Range read(GetObjectResponse response, AbortableInputStream in, long offset, int length)
            throws IOException {
        @Nullable String range = response.contentRange();
        long announced = response.contentLength() == null ? -1 : response.contentLength();
        String tag = String.valueOf(response.eTag());
        if (range == null) {
            return fromWhole(in, announced, offset, length, tag);
        }
        Matcher matcher = CONTENT_RANGE.matcher(range);
        if (!matcher.matches()) {
            throw new IOException("The answer's Content-Range cannot be read");
        }
        long total = Long.parseLong(matcher.group(3));
        long count = Math.min(length, total - offset);
        if (Long.parseLong(matcher.group(1)) != offset
                || Long.parseLong(matcher.group(2)) != offset + count - 1
                || announced != count) {
            throw new IOException("The answer is of another range than was asked for");
        }
        byte[] bytes = exactly(in, (int) count);
        if (in.read() >= 0) {
            throw new IOException("The answer has more bytes than it says");
        }
        return new S3Range(bytes, total, tag);
    }

    /** A server that does not know ranges sends all of the object. */
    private static S3Range fromWhole(AbortableInputStream in, long total, long offset, int length, String tag)
            throws IOException {
        if (total < 0) {
            throw new IOException("The answer does not say its length");
        }
        long skipped = Math.min(offset, total);
        in.skipNBytes(skipped);
        long count = Math.min(length, total - skipped);
        byte[] bytes = exactly(in, (int) count);
        if (skipped + count < total) {
            in.abort();
        }
        return new S3Range(bytes, total, tag);
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("The answer ended " + (count - bytes.length) + " bytes too early");
        }
        return bytes;
    }
}
