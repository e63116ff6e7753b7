package dev.maas.registry.store.oci;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.WrongBytesException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A blob's bytes. Where the connection breaks, it goes on with a range from there. The last bytes of a whole blob go out only if all have its
 * digest; of a part, that cannot be told. Used by one thread; holds a connection until it is closed or read to its end.
 */
final class OciBlobStream extends InputStream {
    private final OciBlobs blobs;
    private final OciHttp http;
    private final OciTuning tuning;
    private final String hex;
    private final long size;
    private final long end;
    private final @Nullable MessageDigest digest;
    private @Nullable InputStream body;
    private long position;
    private int failures;
    private boolean closed;

    OciBlobStream(OciBlobs blobs, OciHttp http, OciTuning tuning, String hex, long size, long offset, long end)
            throws IOException {
        this.blobs = blobs;
        this.http = http;
        this.tuning = tuning;
        this.hex = hex;
        this.size = size;
        this.position = offset;
        this.end = end;
        this.digest = offset == 0 && end == size ? Sha256.start() : null;
        this.body = blobs.range(hex, size, offset, end);
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
            throw new IOException("The stream was closed");
        }
        if (length == 0) {
            return 0;
        }
        if (position == end) {
            return -1;
        }
        int count = readSome(bytes, offset, (int) Math.min(length, end - position));
        position += count;
        if (digest != null) {
            digest.update(bytes, offset, count);
        }
        if (position == end) {
            finish();
        }
        return count;
    }

    private int readSome(byte[] bytes, int offset, int length) throws IOException {
        while (true) {
            try {
                InputStream in = body == null ? blobs.range(hex, size, position, end) : body;
                body = in;
                int count = in.read(bytes, offset, length);
                if (count < 0) {
                    throw new EOFException("the registry ended the blob " + (end - position) + " bytes too early");
                }
                failures = 0;
                return count;
            } catch (InterruptedIOException | OciException e) {
                throw e;
            } catch (IOException e) {
                closeBody();
                failures++;
                if (failures >= tuning.attempts()) {
                    throw e;
                }
                http.backOff(failures);
            }
        }
    }

    private void finish() throws IOException {
        closeBody();
        if (digest != null && !Sha256.hex(digest).equals(hex)) {
            closed = true;
            throw new WrongBytesException("what the registry sent does not have the digest " + Sha256.PREFIX + hex);
        }
    }

    private void closeBody() throws IOException {
        if (body != null) {
            body.close();
            body = null;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        closeBody();
    }
}
