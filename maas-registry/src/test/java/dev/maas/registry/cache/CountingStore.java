package dev.maas.registry.cache;

import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A store that counts what leaves it, and fails or alters bytes when it is told to. Safe for use by any thread. */
public class CountingStore implements ObjectStore {
    private final ObjectStore store;

    /** The bytes that were read of objects. */
    public final AtomicLong bytes = new AtomicLong();

    /** How often an object was opened. */
    public final AtomicInteger opens = new AtomicInteger();

    /** After how many more bytes reads fail; negative for never. */
    public final AtomicLong breaksAfter = new AtomicLong(-1);

    /** Which byte of an object to alter when it goes by; negative for none. */
    public final AtomicLong flips = new AtomicLong(-1);

    /** Whether nothing answers. */
    public volatile boolean down;

    public CountingStore(ObjectStore store) {
        this.store = store;
    }

    private void requireUp() {
        if (down) {
            throw new RegistryException(name() + ": connection refused: injected");
        }
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Optional<String> readOnlyReason() {
        return store.readOnlyReason();
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        requireUp();
        return store.stat(key);
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        requireUp();
        opens.incrementAndGet();
        return store.open(key, offset, length).map(in -> new Counted(in, offset));
    }

    private final class Counted extends FilterInputStream {
        private long place;

        Counted(InputStream in, long place) {
            super(in);
            this.place = place;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int wanted = length;
            long left = breaksAfter.get();
            if (left == 0) {
                throw new IOException("connection reset: injected");
            } else if (left > 0) {
                wanted = (int) Math.min(wanted, left);
            }
            int count = in.read(buffer, offset, wanted);
            if (count > 0) {
                bytes.addAndGet(count);
                if (left > 0) {
                    breaksAfter.addAndGet(-count);
                }
                long flipped = flips.get() - place;
                if (flips.get() >= 0 && flipped >= 0 && flipped < count) {
                    buffer[offset + (int) flipped] ^= 1;
                }
                place += count;
            }
            return count;
        }
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        requireUp();
        return store.putIfAbsent(key, content);
    }

    @Override
    public boolean delete(String key) {
        requireUp();
        return store.delete(key);
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        requireUp();
        return store.list(prefix, after, limit);
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        requireUp();
        return store.folders(prefix, after, limit);
    }

    @Override
    public void close() {}
}
