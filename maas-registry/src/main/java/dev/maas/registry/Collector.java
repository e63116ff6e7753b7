package dev.maas.registry;

import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One collection of a store's garbage, beside publishers, readers and other collectors.
 *
 * <p>The store cannot delete under a condition, so that between a collector's last look and its delete a publisher may come to rely on the
 * blob. Therefore nothing is deleted under a blob's own key for good: it is copied to a key in the trash that only this collection knows,
 * removed, and then leases and logs are read again. A publisher leases, then looks whether the blob is there, then commits, then looks
 * again (see {@link Publisher}). If it looked before the removal, the second look of the collector finds its lease or its entry, and the
 * blob is moved back; if after, the publisher puts the blob itself. What the second look finds unneeded stays in the trash for the grace
 * time, is held against leases and logs by a later collection once more, and only then removed. A collection that dies anywhere leaves
 * blobs in the trash, where the next one finds them.
 *
 * <p>Leases are read before logs: a publisher gives its lease back only after its commit, so that one of the two is found. Ages are told by
 * the store's clock alone. A log that cannot be read ends the collection before anything is removed.
 */
final class Collector {
    private final StoreReader reader;
    private final LogReader logs;
    private final Leases leases;
    private final RegistryOptions options;
    private final Function<String, ModelLog> models;
    private final String who;

    private int purged;
    private int trashed;
    private long trashedBytes;
    private int restored;
    private int removed;
    private int scratch;

    Collector(
            StoreReader reader,
            LogReader logs,
            Leases leases,
            RegistryOptions options,
            Function<String, ModelLog> models,
            String who) {
        this.reader = reader;
        this.logs = logs;
        this.leases = leases;
        this.options = options;
        this.models = models;
        this.who = who;
    }

    /** Makes a collector that reads logs of its own: what is about to be removed must not be decided by what a cache remembers. */
    static Collector reading(ObjectStore store, RegistryOptions options, String who) {
        StoreReader reader = new StoreReader(store);
        LogReader logs = new LogReader(reader);
        Map<String, ModelLog> models = new HashMap<>();
        return new Collector(
                reader,
                logs,
                new Leases(reader, options),
                options,
                model -> models.computeIfAbsent(model, name -> new ModelLog(name, reader, logs, options)),
                who);
    }

    private ObjectStore store() {
        return reader.store();
    }

    CollectionReport collect() {
        Instant now = leases.storeTime();
        forEachModel(this::purge);
        scratch += leases.removeDead(now);
        String trash = sweep(now, needed(now));
        Instant later = leases.storeTime();
        empty(trash, later, needed(later));
        forEachModel(this::removeOldCheckpoints);
        store().clean(options.grace());
        return new CollectionReport(purged, trashed, trashedBytes, restored, removed, scratch);
    }

    /** Tells what {@link #collect} would do now. */
    CollectionReport preview() {
        Instant now = leases.storeTime();
        Instant today = options.clock().instant();
        Set<String> needed = leases.leased(now);
        forEachModel(model -> models.apply(model).readNow(state -> {
            List<VersionState> over = state.purgeable(today);
            purged += over.size();
            addNeeded(state, over, needed);
            return needed;
        }));
        forEachObject(Keys.BLOBS, blob -> {
            if (!needed.contains(Keys.lastPart(blob.key())) && isOver(blob.lastModified(), now)) {
                trashed++;
                trashedBytes += blob.size();
            }
        });
        forEachObject(Keys.TRASH, blob -> {
            String hex = Keys.lastPart(blob.key());
            boolean back = Sha256.isHex(hex) && needed.contains(hex);
            restored += back && store().stat(Keys.blob(hex)).isEmpty() ? 1 : 0;
            removed += !back && isOver(trashedAt(blob), now) ? 1 : 0;
        });
        return new CollectionReport(purged, trashed, trashedBytes, restored, removed, 0);
    }

    private void forEachModel(Consumer<String> action) {
        @Nullable String after = null;
        do {
            List<String> names = store().folders(Keys.MODELS, after, ObjectStore.LARGEST_LISTING);
            names.forEach(action);
            after = names.isEmpty() ? null : names.get(names.size() - 1);
        } while (after != null);
    }

    /** Ends the time in which deleted versions can be restored; the commit decides between it and a restorer. */
    private void purge(String model) {
        ModelLog log = models.apply(model);
        Instant now = options.clock().instant();
        List<Integer> numbers = log.readNow(state -> state.purgeable(now).stream()
                .map(version -> version.version.number())
                .toList());
        for (int number : numbers) {
            boolean done = log.commit(who, "the time to restore it is over", state -> {
                        boolean still =
                                state.purgeable(now).stream().anyMatch(version -> version.version.number() == number);
                        return still
                                ? Optional.of(new Change.Life("purge", number, Optional.empty()))
                                : Optional.empty();
                    })
                    .isPresent();
            purged += done ? 1 : 0;
        }
    }

    /** Returns the digests of all blobs that a lease or a version names. */
    private Set<String> needed(Instant now) {
        Set<String> needed = leases.leased(now);
        forEachModel(model -> models.apply(model).readNow(state -> {
            addNeeded(state, List.of(), needed);
            return needed;
        }));
        return needed;
    }

    private static void addNeeded(ModelState state, List<VersionState> over, Set<String> needed) {
        for (VersionState version : state.versions()) {
            if (!version.purged && !over.contains(version)) {
                needed.add(version.manifestHex());
                needed.addAll(version.blobs);
                version.attachments.forEach(attach -> needed.addAll(attach.blobs()));
            }
        }
    }

    /** Moves what nothing needs to a trash of its own; returns where that is. */
    private String sweep(Instant now, Set<String> needed) {
        String trash = Keys.trashFolder(now.toEpochMilli(), UUID.randomUUID().toString());
        forEachObject(Keys.BLOBS, blob -> {
            String hex = Keys.lastPart(blob.key());
            if (!needed.contains(hex) && isOver(blob.lastModified(), now) && copy(blob.key(), trash + hex)) {
                store().delete(blob.key());
                trashed++;
                trashedBytes += blob.size();
            }
        });
        return trash;
    }

    /** Copies an object; returns false if it was not needed or another collector took the object away. */
    private boolean copy(String from, String to) {
        try {
            return store().copyIfAbsent(from, to);
        } catch (RegistryException e) {
            if (store().stat(from).isPresent()) {
                throw e;
            }
            return false;
        }
    }

    private boolean isOver(Instant since, Instant now) {
        return Duration.between(since, now).compareTo(options.grace()) >= 0;
    }

    /** Moves back what is needed after all, and removes what has lain in the trash for the grace time. */
    private void empty(String ownTrash, Instant now, Set<String> needed) {
        forEachObject(Keys.TRASH, blob -> {
            String hex = Keys.lastPart(blob.key());
            boolean back = Sha256.isHex(hex) && needed.contains(hex);
            restored += back && copy(blob.key(), Keys.blob(hex)) ? 1 : 0;
            // Another collector may be between its copy and its delete: its trash is the only copy in a moment.
            boolean own = blob.key().startsWith(ownTrash);
            if (isOver(trashedAt(blob), now)) {
                removed += store().delete(blob.key()) && !back ? 1 : 0;
            } else if (own && back) {
                store().delete(blob.key());
            }
        });
    }

    /** A copy may carry the date of its original; when it went to the trash, its folder's name tells. */
    private static Instant trashedAt(ObjectInfo blob) {
        String folder = blob.key().substring(Keys.TRASH.length());
        String digits = folder.substring(0, Math.max(0, folder.indexOf('-')));
        return digits.matches("0{5}[0-9]{15}") ? Instant.ofEpochMilli(Long.parseLong(digits)) : blob.lastModified();
    }

    private void removeOldCheckpoints(String model) {
        List<Long> places = logs.checkpoints(model);
        // The newest may not be vouched for yet, and a reader may be about to read the one before.
        for (long place : places.subList(0, Math.max(0, places.size() - 2))) {
            scratch += store().delete(Keys.checkpoint(model, place)) ? 1 : 0;
        }
    }

    private void forEachObject(String prefix, Consumer<ObjectInfo> action) {
        @Nullable String after = null;
        do {
            ObjectListing listing = store().list(prefix, after, ObjectStore.LARGEST_LISTING);
            listing.objects().forEach(action);
            after = listing.next().orElse(null);
        } while (after != null);
    }
}
