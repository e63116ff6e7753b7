package dev.maas.registry.store.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An object as a stream. Used by one thread; one that is not closed or read to its end holds a connection. */
final class HttpInputStream extends InputStream {
    private final HttpObject object;
    private @Nullable ByteBuffer current = ByteBuffer.allocate(0);
    private boolean closed;

    HttpInputStream(HttpObject object) {
        this.object = object;
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
        int read = 0;
        while (read < length && current != null) {
            if (!current.hasRemaining()) {
                if (read > 0) {
                    break;
                }
                current = object.take();
            } else {
                int count = Math.min(length - read, current.remaining());
                current.get(bytes, offset + read, count);
                read += count;
            }
        }
        return read == 0 && length > 0 ? -1 : read;
    }

    @Override
    public int available() {
        return closed || current == null ? 0 : current.remaining();
    }

    @Override
    public void close() {
        closed = true;
        object.close();
    }
}
