package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ExpiringStore;
import dev.maas.registry.store.ExportedStore;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An exported store as its head tells it. Safe for use by any thread.
 *
 * <p>A log ends where the head says, whatever lies behind; an entry before that end must be there, and the newest must have the digest that
 * the head gives, which by the chain of digests holds for all before it. What the head does not tell of is not listed.
 *
 * <p>Whether there is news, one conditional request for the head tells for all models: a look-up of an entry behind the known end, and a
 * listing, ask for it; reading several entries does not, since a look-up came first.
 */
final class HeadedStore implements ExpiringStore {
    private static final Pattern LOG = Pattern.compile("models/([^/]+)/log/([0-9]{20})\\.json");
    private static final Pattern FOLDER = Pattern.compile("models/([^/]+)/(log|checkpoint)/");

    private final ExportedStore store;
    private final HeadKeeper heads;

    private HeadedStore(ExportedStore store, HeadKeeper heads) {
        this.store = store;
        this.heads = heads;
    }

    /**
     * Returns the view of a store that its head gives.
     *
     * @throws IntegrityException if the head is not to be believed, or of another registry
     */
    static ObjectStore open(ExportedStore store, RegistryOptions options) {
        HeadKeeper heads = new HeadKeeper(store, options);
        String id = heads.now().id();
        if (!id.equals(StoreHeader.open(new StoreReader(store)))) {
            throw new IntegrityException(store.name() + ": '" + ExportedStore.HEAD + "' and '" + Keys.HEADER
                    + "' are of different registries. Export to an empty folder");
        }
        return new HeadedStore(store, heads);
    }

    /**
     * Where an entry of a log lies.
     *
     * @param model the model
     * @param sequence the entry's number
     */
    private record Place(String model, long sequence) {}

    private static @Nullable Place place(String key) {
        Matcher matcher = LOG.matcher(key);
        if (!matcher.matches()) {
            return null;
        }
        String digits = matcher.group(2);
        // No log is longer than what a long counts.
        return new Place(matcher.group(1), digits.startsWith("0") ? Long.parseLong(digits) : Long.MAX_VALUE);
    }

    /** Returns the newest head if the place is behind the end that is known, so that an entry that is new is found. */
    private Head headFor(Place place) {
        Head known = heads.known();
        return place.sequence > known.end(place.model) ? heads.now() : known;
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        Place place = place(key);
        if (place == null) {
            return store.stat(key);
        }
        if (place.sequence > headFor(place).end(place.model)) {
            return Optional.empty();
        }
        return Optional.of(store.stat(key).orElseThrow(() -> missing(key)));
    }

    private IntegrityException missing(String key) {
        return new IntegrityException(
                store.name() + ": '" + key
                        + "' is missing, which the head tells of. Copy the whole export to where the server shows it, the head last");
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        Place place = place(key);
        if (place == null) {
            return store.open(key, offset, length);
        }
        Head head = headFor(place);
        if (place.sequence > head.end(place.model)) {
            return Optional.empty();
        }
        boolean newest = place.sequence == head.end(place.model);
        Optional<InputStream> opened =
                newest ? store.open(key, 0, LogJson.LARGEST + 1L) : store.open(key, offset, length);
        return Optional.of(
                newest
                        ? part(verified(key, place, head, opened), offset, length)
                        : opened.orElseThrow(() -> missing(key)));
    }

    private static InputStream part(byte[] bytes, long offset, long length) {
        int begin = (int) Math.min(offset, bytes.length);
        return new ByteArrayInputStream(bytes, begin, (int) Math.min(length, bytes.length - begin));
    }

    /** Reads the newest entry of a log, which must be the one that the head means. */
    private byte[] verified(String key, Place place, Head head, Optional<InputStream> opened) {
        byte[] bytes;
        try (InputStream in = opened.orElseThrow(() -> missing(key))) {
            bytes = in.readNBytes(LogJson.LARGEST + 1);
        } catch (IOException e) {
            throw new RegistryException(store.name() + ": cannot read '" + key + "'", e);
        }
        Head.Mark mark = head.models().get(place.model);
        if (mark == null || !Sha256.hex(bytes).equals(mark.hex())) {
            throw new IntegrityException(store.name() + ": '" + key + "' is not the entry that the head tells of");
        }
        return bytes;
    }

    @Override
    public Iterator<Optional<InputStream>> openAll(List<String> keys) {
        Head head = heads.known();
        List<String> there = keys.stream().filter(key -> isTold(head, key)).toList();
        Iterator<Optional<InputStream>> opened = store.openAll(there);
        return keys.stream()
                .map(key -> isTold(head, key) ? told(head, key, opened.next()) : Optional.<InputStream>empty())
                .iterator();
    }

    private static boolean isTold(Head head, String key) {
        Place place = place(key);
        return place == null || place.sequence <= head.end(place.model);
    }

    private Optional<InputStream> told(Head head, String key, Optional<InputStream> opened) {
        Place place = place(key);
        if (place == null) {
            return opened;
        }
        return Optional.of(
                place.sequence == head.end(place.model)
                        ? new ByteArrayInputStream(verified(key, place, head, opened))
                        : opened.orElseThrow(() -> missing(key)));
    }

    @Override
    public OptionalLong copyTo(String key, long offset, WritableByteChannel target) throws IOException {
        return place(key) == null ? store.copyTo(key, offset, target) : ExpiringStore.super.copyTo(key, offset, target);
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        Matcher matcher = FOLDER.matcher(prefix);
        if (!matcher.matches()) {
            return store.list(prefix, after, limit);
        }
        String model = matcher.group(1);
        Head head = heads.now();
        return matcher.group(2).equals("log")
                ? listLog(model, head.end(model), after, limit)
                : listCheckpoint(model, head.models().get(model), after);
    }

    private ObjectListing listLog(String model, long end, @Nullable String after, int limit) {
        List<ObjectInfo> objects = new ArrayList<>();
        long next = firstBehind(model, end, after);
        while (next <= end && objects.size() < limit) {
            String key = Keys.log(model, next);
            objects.add(store.stat(key).orElseThrow(() -> missing(key)));
            next++;
        }
        return new ObjectListing(objects, next <= end);
    }

    /** Returns the number of the first entry whose key is behind that one; their order is that of the numbers. */
    private static long firstBehind(String model, long end, @Nullable String after) {
        long low = 1;
        long high = end + 1;
        while (after != null && low < high) {
            long middle = low + (high - low) / 2;
            if (Keys.log(model, middle).compareTo(after) > 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private ObjectListing listCheckpoint(String model, Head.@Nullable Mark mark, @Nullable String after) {
        if (mark == null || mark.checkpoint() == 0) {
            return new ObjectListing(List.of(), false);
        }
        String key = Keys.checkpoint(model, mark.checkpoint());
        boolean behind = after == null || key.compareTo(after) > 0;
        return new ObjectListing(behind ? store.stat(key).stream().toList() : List.of(), false);
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        if (!prefix.equals(Keys.MODELS)) {
            return store.folders(prefix, after, limit);
        }
        Head head = heads.now();
        return head.models().keySet().stream()
                .filter(name -> after == null || (name + "/").compareTo(after + "/") > 0)
                .limit(limit)
                .toList();
    }

    @Override
    public Instant believedUntil() {
        return heads.expires();
    }

    @Override
    public Optional<LocalCopy> local(String key) {
        return store.local(key);
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
    public boolean putIfAbsent(String key, ObjectContent content) {
        return store.putIfAbsent(key, content);
    }

    @Override
    public boolean copyIfAbsent(String from, String to) {
        return store.copyIfAbsent(from, to);
    }

    @Override
    public boolean delete(String key) {
        return store.delete(key);
    }

    @Override
    public void clean(Duration olderThan) {
        store.clean(olderThan);
    }

    @Override
    public void close() {
        store.close();
    }
}
