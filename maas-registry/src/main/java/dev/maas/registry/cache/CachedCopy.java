package dev.maas.registry.cache;

import dev.maas.registry.store.LocalCopy;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A blob in the cache, as long as its lease is held. Safe for use by any thread. */
record CachedCopy(Leases.Lease lease) implements LocalCopy {
    @Override
    public Path path() {
        return lease.path();
    }

    @Override
    public boolean verified() {
        return true;
    }

    @Override
    public void close() {
        lease.close();
    }

    /** Opens part of a copy, which is closed with the stream. */
    static InputStream open(LocalCopy copy, long offset, long length) throws IOException {
        InputStream in = Files.newInputStream(copy.path());
        try {
            in.skipNBytes(Math.min(offset, Files.size(copy.path())));
            return new LeasedStream(in, length, copy);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** A stream of a leased file, which ends after so many bytes. */
    private static final class LeasedStream extends FilterInputStream {
        private final LocalCopy copy;
        private long left;

        LeasedStream(InputStream in, long length, LocalCopy copy) {
            super(in);
            this.copy = copy;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = in.skip(Math.min(count, left));
            left -= skipped;
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        @Override
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                copy.close();
            }
        }
    }
}
