package dev.maas.registry.cache;

import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.Transfer;
import java.io.IOException;
import java.io.InputStream;

/** A blob where it came from, with a count of the bytes that were moved. Used by one thread. */
final class RemoteBlob {
    /** A transfer that breaks off goes on where it ended, unless it breaks off so many times in a row without a byte. */
    private static final int MOST_FRUITLESS = 3;

    private final ObjectStore store;
    private final String key;
    private final Transfer transfer;

    RemoteBlob(ObjectStore store, String key, Transfer transfer) {
        this.store = store;
        this.key = key;
        this.transfer = transfer;
    }

    /** Reads part of it into memory; fewer bytes only at its end. */
    byte[] read(long offset, int length) throws IOException {
        try (InputStream in = open(offset, length)) {
            byte[] bytes = in.readNBytes(length);
            transfer.movedBesides(bytes.length);
            return bytes;
        }
    }

    private InputStream open(long offset, long length) {
        return store.open(key, offset, length).orElseThrow(this::gone);
    }

    private RegistryException gone() {
        return new RegistryException(store.name() + ": '" + key + "' is not there any more");
    }

    /** One attempt to append bytes up to a place. */
    @FunctionalInterface
    private interface Attempt {
        void run() throws IOException;
    }

    /** Appends the bytes from where a file ends up to a place. */
    void appendTo(PartialFile file, long end) throws IOException {
        append(file, end, () -> {
            long wanted = end - file.written();
            try (InputStream in = open(file.written(), wanted)) {
                file.append(new CountingStream(in, transfer), wanted);
            }
        });
    }

    /** Appends all bytes from where a file ends, as the store has them in its buffers. */
    void appendRestTo(PartialFile file, long size) throws IOException {
        append(file, size, () -> {
            AppendingChannel channel = new AppendingChannel(file, size, transfer);
            try {
                store.copyTo(key, file.written(), channel).orElseThrow(this::gone);
            } finally {
                // If the disk fails now, that counts, and not what the store said: it is not asked again.
                channel.close();
            }
        });
    }

    private void append(PartialFile file, long end, Attempt attempt) throws IOException {
        int fruitless = 0;
        while (file.written() < end) {
            long before = file.written();
            try {
                attempt.run();
                if (file.written() < end) {
                    throw new StoreFailure(store.name() + ": '" + key + "' ended at byte " + file.written() + " of "
                            + end + " that were announced");
                }
            } catch (StoreFailure | RegistryException e) {
                fruitless = file.written() > before ? 0 : fruitless + 1;
                if (fruitless == MOST_FRUITLESS) {
                    throw e instanceof RegistryException failure
                            ? failure
                            : new RegistryException(store.name() + ": cannot read '" + key + "': " + e.getMessage(), e);
                }
            }
        }
    }

    /** Thrown where the store fails, as opposed to the disk. */
    static final class StoreFailure extends IOException {
        private static final long serialVersionUID = 1L;

        StoreFailure(String message) {
            super(message);
        }

        StoreFailure(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Counts what comes, and marks the store's failures. */
    private static final class CountingStream extends InputStream {
        private final InputStream in;
        private final Transfer transfer;

        CountingStream(InputStream in, Transfer transfer) {
            this.in = in;
            this.transfer = transfer;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count;
            try {
                count = in.read(bytes, offset, length);
            } catch (IOException e) {
                throw new StoreFailure(e);
            }
            if (count > 0) {
                transfer.moved(count);
            }
            return count;
        }
    }
}
