package dev.maas.cli;

import dev.maas.ModelMetadata;
import dev.maas.ModelSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Files of a model, with somebody who hears how many of their bytes were read. Safe for use by any thread. */
final class WatchedSource implements ModelSource {
    private final ModelSource source;
    private final long expected;
    private final Listener listener;
    private final AtomicLong read = new AtomicLong();

    /** Hears of bytes. */
    @FunctionalInterface
    interface Listener {
        /** Says that so many of so many bytes are done. */
        void moved(long done, long total);
    }

    /**
     * Watches a source.
     *
     * @param expected how many bytes will be read; what is read after these, such as when it is read again, is not told of
     */
    WatchedSource(ModelSource source, long expected, Listener listener) {
        this.source = source;
        this.expected = expected;
        this.listener = listener;
    }

    @Override
    public String entry() {
        return source.entry();
    }

    @Override
    public Set<String> files() {
        return source.files();
    }

    @Override
    public long size(String file) throws IOException {
        return source.size(file);
    }

    @Override
    public InputStream open(String file) throws IOException {
        return new WatchedStream(source.open(file));
    }

    @Override
    public Optional<Path> path(String file) {
        return source.path(file);
    }

    @Override
    public Optional<Path> folder() {
        return source.folder();
    }

    @Override
    public ModelMetadata metadata() {
        return source.metadata();
    }

    @Override
    public void close() {
        source.close();
    }

    private final class WatchedStream extends FilterInputStream {
        WatchedStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            tell(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            tell(Math.max(0, count));
            return count;
        }

        private void tell(int count) {
            if (count > 0) {
                long now = read.addAndGet(count);
                if (now - count < expected) {
                    listener.moved(Math.min(expected, now), expected);
                }
            }
        }
    }
}
