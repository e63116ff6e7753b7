package dev.maas.registry.cache;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.Transfer;
import dev.maas.registry.store.TransferListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blobs of remote stores that are on this machine, in a folder that any number of processes share. Safe for use by any thread.
 *
 * <p><b>What has a name is right.</b> A blob is fetched into a file of its own (see {@link PartialFile}), hashed on the way, compared with its
 * digest, made durable, leased, and only then renamed to its name. Whoever finds a name finds a whole, verified file; a crash before the rename
 * leaves a partial file, to be resumed or cleaned away; a crash after it leaves the blob. Two that fetch one blob at once, since locks only save
 * work, rename equal bytes to one name. Each process hashes a file that it did not fetch once, since disks decay; a damaged one is fetched anew.
 *
 * <p><b>Rejected.</b> Writing on in what another process left: it may still write. A claim by {@code CREATE_NEW} on the blob's own name: readers
 * would see it torn. Trusting a file's name for good: the registry promises that no byte goes out that does not fit.
 */
final class BlobCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlobCache.class);
    private static final int MOST_TRIES = 5;

    /** Without locks, another process may exchange a blob between the moment when one thread verified it and that when those who waited look. */
    private static final int MOST_WAITS = 2;

    private static final int MOST_REMEMBERED = 100_000;
    private static final int BUFFER_BYTES = 1 << 16;

    private final CacheFolder folder;
    private final Leases leases;
    private final Flights flights;
    private final Room room;
    private final Indexes indexes;
    private final TransferListener listener;
    private final Clock clock;
    private final CacheSteps steps;
    private final Map<String, FileIdentity> verified = new ConcurrentHashMap<>();

    private BlobCache(CacheFolder folder, CacheSettings settings, CacheSteps steps) {
        this.folder = folder;
        this.leases = Leases.open(folder, settings.locked());
        this.flights = new Flights(folder, settings.locked());
        this.room = new Room(folder, leases, settings.mostBytes(), settings.clock(), steps);
        this.indexes = new Indexes(folder);
        this.listener = settings.listener();
        this.clock = settings.clock();
        this.steps = steps;
    }

    static BlobCache open(CacheSettings settings, CacheSteps steps) {
        BlobCache cache = new BlobCache(CacheFolder.open(settings.folder()), settings, steps);
        cache.clean();
        return cache;
    }

    CacheFolder folder() {
        return folder;
    }

    Indexes indexes() {
        return indexes;
    }

    /** Returns whether a blob is here, as far as its name tells. */
    boolean has(String hex) {
        return Files.exists(folder.blob(hex));
    }

    /** Where a blob comes from, if it is not here. */
    @FunctionalInterface
    interface Origin {
        /** Returns the store, or throws why it cannot be asked. */
        ObjectStore store();
    }

    /**
     * Returns a blob, fetched if it is not here.
     *
     * @return empty if the store does not have it, or it is larger than the cache may be
     * @throws IntegrityException if the store has other bytes under its name
     * @throws RegistryException if it can be neither fetched nor kept
     */
    Optional<Leases.Lease> local(String hex, Origin origin) {
        try {
            for (int i = 0; i < MOST_TRIES; i++) {
                Optional<Leases.Lease> known = known(hex);
                if (known.isPresent()) {
                    return known;
                }
                Leases.@Nullable Lease[] own = new Leases.Lease[1];
                boolean there =
                        i < MOST_WAITS ? flights.once(hex, () -> prepare(hex, origin, own)) : prepare(hex, origin, own);
                if (!there) {
                    return Optional.empty();
                }
                if (own[0] != null) {
                    return Optional.of(own[0]);
                }
            }
            LOG.warn("{}: blobs go as fast as they come. Give it a larger bound", folder.name());
            return Optional.empty();
        } catch (IOException e) {
            throw folder.failure("hand out a blob", e);
        }
    }

    /** Takes a lease on a blob that this process verified. */
    private Optional<Leases.Lease> known(String hex) throws IOException {
        @Nullable FileIdentity identity = verified.get(hex);
        if (identity == null) {
            return Optional.empty();
        }
        Optional<Leases.Lease> lease = leases.take(hex, folder.blob(hex));
        if (lease.isPresent() && !FileIdentity.of(lease.get().path()).equals(identity)) {
            lease.get().close();
            return Optional.empty();
        }
        lease.ifPresent(taken -> Leases.touch(taken.path(), clock.instant()));
        return lease;
    }

    private boolean prepare(String hex, Origin origin, Leases.@Nullable Lease[] own) {
        try {
            if (verifyFound(hex, own)) {
                return true;
            }
            ObjectStore store = origin.store();
            String key = BlobKeys.key(hex);
            Optional<ObjectInfo> info = store.stat(key);
            if (info.isEmpty() || !room.hasPlaceFor(info.get().size())) {
                return false;
            }
            try (Flights.Turn turn = flights.turn(hex)) {
                steps.done("turn " + (turn.isOwn() ? "taken" : "waited for"));
                if (!verifyFound(hex, own)) {
                    fetch(hex, info.get().size(), store, own);
                }
            }
            steps.done("turn given back");
            return true;
        } catch (IOException e) {
            throw folder.failure("keep a blob", e);
        }
    }

    /** Verifies a blob that another process fetched, or this one in an earlier life; removes one that is damaged. */
    private boolean verifyFound(String hex, Leases.@Nullable Lease[] own) throws IOException {
        Optional<Leases.Lease> found = leases.take(hex, folder.blob(hex));
        if (found.isEmpty()) {
            return false;
        }
        Leases.Lease lease = found.get();
        boolean sound = false;
        try {
            FileIdentity identity = FileIdentity.of(lease.path());
            sound = identity.equals(verified.get(hex)) || digest(lease.path()).equals(hex);
            if (sound) {
                remember(hex, identity);
                Leases.touch(lease.path(), clock.instant());
                own[0] = lease;
            } else {
                LOG.warn("{}: the blob {} is damaged and is fetched anew", folder.name(), Sha256.PREFIX + hex);
                removeDamaged(hex, identity);
            }
            return sound;
        } finally {
            if (!sound) {
                lease.close();
            }
        }
    }

    private void removeDamaged(String hex, FileIdentity identity) throws IOException {
        try {
            if (FileIdentity.of(folder.blob(hex)).equals(identity)) {
                Files.deleteIfExists(folder.blob(hex));
                steps.done("damaged removed");
            }
        } catch (NoSuchFileException e) {
            // Another process removed it.
        }
    }

    private static String digest(Path file) throws IOException {
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Sha256.hex(digest);
    }

    private void remember(String hex, FileIdentity identity) {
        if (verified.size() >= MOST_REMEMBERED) {
            verified.clear();
        }
        verified.put(hex, identity);
    }

    private void fetch(String hex, long size, ObjectStore store, Leases.@Nullable Lease[] own) throws IOException {
        Transfer transfer =
                Transfer.start(listener, TransferListener.Direction.PULL, store.name(), Sha256.PREFIX + hex, size);
        try {
            room.make(size);
            BlobFetch.Result result = new BlobFetch(folder, leases, indexes, steps, hex, size, store, transfer).run();
            if (result.lease() != null) {
                remember(hex, result.identity());
                Leases.touch(result.lease().path(), clock.instant());
                own[0] = result.lease();
            }
            transfer.finished();
        } catch (IOException e) {
            RegistryException failure = folder.failure("keep the blob " + Sha256.PREFIX + hex, e);
            transfer.failed(failure);
            throw failure;
        } catch (RuntimeException e) {
            transfer.failed(e);
            throw e;
        }
    }

    /** Removes what crashed processes left behind. */
    void clean() {
        try {
            room.clean();
        } catch (IOException e) {
            throw folder.failure("be cleaned", e);
        }
    }

    @Override
    public void close() {
        leases.close();
    }
}
