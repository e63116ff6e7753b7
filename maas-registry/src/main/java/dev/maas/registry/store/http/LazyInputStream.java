package dev.maas.registry.store.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** An object that is opened when it is first read, so that who never reads it leaves no connection behind. Used by one thread. */
final class LazyInputStream extends InputStream {
    private final HttpStore store;
    private final String key;
    private @Nullable InputStream opened;

    LazyInputStream(HttpStore store, String key) {
        this.store = store;
        this.key = key;
    }

    private InputStream opened() throws IOException {
        InputStream in = opened;
        if (in == null) {
            in = store.open(key).orElseThrow(() -> new NoSuchFileException(key));
            opened = in;
        }
        return in;
    }

    @Override
    public int read() throws IOException {
        return opened().read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return opened().read(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (opened != null) {
            opened.close();
        }
    }
}
