package dev.maas.registry.cache;

import dev.maas.ClosedException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectKeys;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A remote store with copies of its blobs on this machine. Safe for use by any thread.
 *
 * <p><b>Blobs</b> are fetched into the cache when they are opened, and come from there since (see {@code BlobCache}). They have their digests in
 * their keys, so that a copy is never out of date.
 *
 * <p><b>Logs</b> are always read from the store, and what was read is kept. While the store does not answer, that is served in its stead, also by a
 * process that starts then: as of the last read, for as long as the store said that it is to be believed, with a warning in the log, and with
 * {@link #offlineSince} telling. What is needed and not here is an error that names it. What changes the store goes to the store or fails, and is
 * checked against its own next entry.
 */
public final class CachingStore implements ObjectStore {
    private final String label;
    private final Supplier<ObjectStore> opener;
    private final BlobCache cache;
    private final Mirror mirror;
    private final Reach reach;
    private final Expiry expiry;
    private final boolean offline;
    private volatile @Nullable ObjectStore opened;
    private volatile boolean closed;

    private CachingStore(
            String label, String location, Supplier<ObjectStore> opener, BlobCache cache, CacheSettings settings) {
        this.label = label;
        this.opener = opener;
        this.cache = cache;
        this.mirror = new Mirror(cache.folder(), Sha256.hex(location.getBytes(StandardCharsets.UTF_8)));
        this.reach = new Reach(settings.clock(), settings.offline());
        this.expiry = new Expiry(mirror, settings.clock(), settings.pastExpiry());
        this.offline = settings.offline();
    }

    /**
     * Puts a cache in front of a store.
     *
     * @param label what messages call the store until it was opened
     * @param location what tells the store from others, also for the next process
     * @param opener opens the store; asked again later if it is out of reach
     * @param settings how the cache behaves
     * @throws RegistryException if the cache's folder cannot be used, or the store is out of reach and was never read through this cache
     */
    public static CachingStore open(
            String label, String location, Supplier<ObjectStore> opener, CacheSettings settings) {
        return open(label, location, opener, settings, CacheSteps.NONE);
    }

    static CachingStore open(
            String label, String location, Supplier<ObjectStore> opener, CacheSettings settings, CacheSteps steps) {
        BlobCache blobs = BlobCache.open(settings, steps);
        CachingStore store = new CachingStore(label, location, opener, blobs, settings);
        try {
            if (!store.offline) {
                store.origin();
            } else if (!store.mirror.isThere()) {
                throw store.missing(label, null);
            }
        } catch (RegistryException e) {
            if (!store.mirror.isThere()) {
                blobs.close();
                throw e;
            }
            store.reach.failed(label, e);
        } catch (RuntimeException e) {
            blobs.close();
            throw e;
        }
        return store;
    }

    /**
     * Returns the store itself, for who must not be told anything out of date.
     *
     * @throws RegistryException if it is out of reach, or not to be asked
     */
    public ObjectStore origin() {
        requireOpen();
        if (offline) {
            throw new RegistryException(label + " is not asked: the registry was opened as offline");
        }
        @Nullable ObjectStore known = opened;
        return known == null ? openOrigin() : known;
    }

    private synchronized ObjectStore openOrigin() {
        requireOpen();
        @Nullable ObjectStore known = opened;
        if (known == null) {
            known = opener.get();
            opened = known;
            expiry.note(known);
        }
        return known;
    }

    /** Returns since when the store does not answer, if it does not. */
    public Optional<Instant> offlineSince() {
        return reach.since();
    }

    /** Returns what gives the store itself, whether there is a cache in front of it or not. */
    public static Supplier<ObjectStore> originOf(ObjectStore store) {
        return store instanceof CachingStore caching ? caching::origin : () -> store;
    }

    /** Notes which blobs can be compared with others by an index of their chunks, which is another blob, if the store is a cache. */
    public static void noteChunks(ObjectStore store, Map<String, String> indexes) {
        if (store instanceof CachingStore caching) {
            indexes.forEach(caching::noteChunks);
        }
    }

    void noteChunks(String hex, String indexHex) {
        cache.indexes().note(hex, indexHex);
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException(name() + " was closed");
        }
    }

    @Override
    public String name() {
        @Nullable ObjectStore known = opened;
        return known == null ? label : known.name();
    }

    @Override
    public Optional<String> readOnlyReason() {
        if (offline) {
            return Optional.of("it was opened as offline");
        }
        @Nullable ObjectStore known = opened;
        return known == null ? Optional.of("it was out of reach when it was opened") : known.readOnlyReason();
    }

    /** A question to a store. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(ObjectStore store);
    }

    /** What is answered where the store does not; empty if nothing is here to say. */
    @FunctionalInterface
    private interface Substitute<T> {
        Optional<T> answer() throws IOException;
    }

    private <T> T ask(String key, Question<T> question, Substitute<T> substitute) {
        requireOpen();
        @Nullable RegistryException failure = null;
        if (reach.mayAsk()) {
            try {
                T answer = question.ask(origin());
                expiry.note(origin());
                reach.answered(name());
                return answer;
            } catch (RegistryException e) {
                failure = e;
            }
        }
        try {
            Optional<T> answer = substitute.answer();
            if (answer.isEmpty()) {
                throw missing(key, failure);
            }
            if (failure != null) {
                reach.failed(name(), failure);
            }
            expiry.require(name());
            return answer.get();
        } catch (IOException e) {
            throw cache.folder().failure("be read", e);
        }
    }

    private RegistryException missing(String key, @Nullable RegistryException failure) {
        String reason = failure == null ? reach.reason() : String.valueOf(failure.getMessage());
        return new RegistryException(
                name() + " does not answer, and '" + key + "' is not in the "
                        + cache.folder().name() + ". It said: " + reason
                        + ". What was opened once while the store answered can be opened without it",
                failure);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        requireOpen();
        if (!Mirror.keeps(ObjectKeys.require(key))) {
            return origin().stat(key);
        }
        return ask(key, store -> store.stat(key), () -> {
            Optional<ObjectInfo> here = mirror.stat(key);
            if (here.isEmpty() && mirror.isBefore(key)) {
                here = Optional.of(new ObjectInfo(key, 0, Instant.EPOCH));
            }
            return here.isPresent() || mirror.isBehind(key) ? Optional.of(here) : Optional.empty();
        });
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        requireOpen();
        ObjectKeys.requireRange(offset, length);
        if (Mirror.keeps(ObjectKeys.require(key)) && offset == 0) {
            return ask(key, store -> kept(key, length, store.open(key, 0, length)), () -> substitute(key, length));
        }
        if (BlobKeys.hex(key).isPresent()) {
            Optional<LocalCopy> copy = local(key);
            if (copy.isPresent()) {
                return Optional.of(stream(key, copy.get(), offset, length));
            }
        }
        return origin().open(key, offset, length);
    }

    /** Answers for a store that does not; what is behind the newest entry that was read counts as not being there. */
    private Optional<Optional<InputStream>> substitute(String key, long length) throws IOException {
        Optional<byte[]> bytes = mirror.read(key);
        if (bytes.isPresent()) {
            int count = (int) Math.min(length, bytes.get().length);
            return Optional.of(Optional.of(new ByteArrayInputStream(bytes.get(), 0, count)));
        }
        return mirror.isBehind(key) ? Optional.of(Optional.empty()) : Optional.empty();
    }

    /** Keeps an object if it is read whole and not larger than any that is worth it. */
    private Optional<InputStream> kept(String key, long length, Optional<InputStream> opened) {
        if (opened.isEmpty()) {
            return opened;
        }
        InputStream in = opened.get();
        int most = (int) Math.min(length, Mirror.LARGEST + 1L);
        try {
            byte[] bytes = in.readNBytes(most);
            if (bytes.length == most && most < length) {
                return Optional.of(new SequenceInputStream(new ByteArrayInputStream(bytes), in));
            }
            in.close();
            if (bytes.length < most) {
                mirror.keep(key, bytes);
            }
            return Optional.of(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new RegistryException(name() + ": cannot read '" + key + "': " + e.getMessage(), e);
        }
    }

    private InputStream stream(String key, LocalCopy copy, long offset, long length) {
        try {
            return CachedCopy.open(copy, offset, length);
        } catch (IOException e) {
            copy.close();
            throw new RegistryException(cache.folder().name() + ": cannot read the copy of '" + key + "'", e);
        }
    }

    @Override
    public Iterator<Optional<InputStream>> openAll(List<String> keys) {
        requireOpen();
        if (!keys.stream().allMatch(Mirror::keeps) || offlineSince().isPresent()) {
            return keys.stream().map(this::open).iterator();
        }
        try {
            Iterator<Optional<InputStream>> ahead = origin().openAll(keys);
            boolean[] failed = new boolean[1];
            return keys.stream()
                    .map(key -> failed[0] ? open(key) : next(key, ahead, failed))
                    .iterator();
        } catch (RegistryException e) {
            return keys.stream().map(this::open).iterator();
        }
    }

    /** Takes the next of several that were asked for at once; if that fails, this and those behind it are asked for one by one. */
    private Optional<InputStream> next(String key, Iterator<Optional<InputStream>> ahead, boolean[] failed) {
        try {
            return kept(key, Long.MAX_VALUE, ahead.next());
        } catch (RegistryException e) {
            failed[0] = true;
            return open(key);
        }
    }

    @Override
    public Optional<LocalCopy> local(String key) {
        requireOpen();
        Optional<String> hex = BlobKeys.hex(ObjectKeys.require(key));
        if (hex.isEmpty()) {
            return Optional.empty();
        }
        return cache.local(hex.get(), this::origin).map(CachedCopy::new);
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        boolean won = origin().putIfAbsent(key, content);
        if (won && content.inMemory() && Mirror.keeps(key)) {
            try (InputStream in = content.open()) {
                mirror.keep(key, in.readAllBytes());
            } catch (IOException e) {
                throw new IllegalStateException("Bytes in memory were read", e);
            }
        }
        return won;
    }

    @Override
    public boolean copyIfAbsent(String from, String to) {
        return origin().copyIfAbsent(from, to);
    }

    @Override
    public boolean delete(String key) {
        return origin().delete(key);
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        return ask(
                prefix,
                store -> store.list(prefix, after, limit),
                () -> mirror.list(prefix)
                        .map(objects -> new ObjectListing(
                                objects.stream()
                                        .filter(info ->
                                                after == null || info.key().compareTo(after) > 0)
                                        .limit(limit)
                                        .toList(),
                                false)));
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        return ask(
                prefix,
                store -> store.folders(prefix, after, limit),
                () -> prefix.equals("models/")
                        ? Optional.of(mirror.models().stream()
                                .filter(name -> after == null || (name + "/").compareTo(after + "/") > 0)
                                .limit(limit)
                                .toList())
                        : Optional.empty());
    }

    @Override
    public void label(String reference, @Nullable String key) {
        origin().label(reference, key);
    }

    @Override
    public void clean(Duration olderThan) {
        origin().clean(olderThan);
        cache.clean();
    }

    @Override
    public void close() {
        closed = true;
        @Nullable ObjectStore known = opened;
        try {
            if (known != null) {
                known.close();
            }
        } finally {
            cache.close();
        }
    }
}
