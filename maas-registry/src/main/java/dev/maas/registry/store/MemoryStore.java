package dev.maas.registry.store;

import dev.maas.ClosedException;
import dev.maas.RegistryException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A store on the heap, for tests; what it holds is gone with it, so the contract's durability means nothing here. */
final class MemoryStore implements ObjectStore {
    private final ConcurrentNavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
    private final Clock clock;
    private volatile boolean closed;

    MemoryStore(Clock clock) {
        this.clock = clock;
    }

    private static final class Stored {
        private final byte[] bytes;
        private final Instant at;

        Stored(byte[] bytes, Instant at) {
            this.bytes = bytes;
            this.at = at;
        }
    }

    @Override
    public String name() {
        return "memory store";
    }

    @Override
    public Optional<String> readOnlyReason() {
        return Optional.empty();
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        requireOpen();
        return Optional.ofNullable(objects.get(ObjectKeys.require(key))).map(stored -> info(key, stored));
    }

    private static ObjectInfo info(String key, Stored stored) {
        return new ObjectInfo(key, stored.bytes.length, stored.at);
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        requireOpen();
        ObjectKeys.requireRange(offset, length);
        @Nullable Stored stored = objects.get(ObjectKeys.require(key));
        if (stored == null) {
            return Optional.empty();
        }
        int begin = (int) Math.min(offset, stored.bytes.length);
        int count = (int) Math.min(length, stored.bytes.length - begin);
        return Optional.of(new ByteArrayInputStream(stored.bytes, begin, count));
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        requireOpen();
        if (objects.containsKey(ObjectKeys.require(key))) {
            return false;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            content.writeTo(bytes);
        } catch (IOException e) {
            throw new RegistryException(name() + ": cannot put '" + key + "': its content cannot be read", e);
        }
        return objects.putIfAbsent(key, new Stored(bytes.toByteArray(), clock.instant())) == null;
    }

    @Override
    public boolean delete(String key) {
        requireOpen();
        return objects.remove(ObjectKeys.require(key)) != null;
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        NavigableMap<String, Stored> behind = after != null && after.compareTo(prefix) > 0
                ? objects.tailMap(after, false)
                : objects.tailMap(prefix, true);
        List<ObjectInfo> found = new ArrayList<>();
        for (Map.Entry<String, Stored> entry : behind.entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            if (found.size() == limit) {
                return new ObjectListing(found, true);
            }
            found.add(info(entry.getKey(), entry.getValue()));
        }
        return new ObjectListing(found, false);
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException(name() + " was closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
