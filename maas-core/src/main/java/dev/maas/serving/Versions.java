package dev.maas.serving;

import dev.maas.ClosedException;
import dev.maas.ModelRegistry;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.OverloadedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions in memory, each loaded once however many want it, within the memory budget.
 *
 * <p>A version that nobody uses any more is kept if it is the last one of its model to go out of use, so that a rollback is a move of
 * a pointer; the one before it is closed then. Under a budget those go first when room is needed, then the versions in service that no
 * call uses at that moment, the {@linkplain GreedyDual cheapest} first. Safe for use by any thread; the lock is held for look-ups only,
 * never while a version loads or closes.
 */
final class Versions {
    private static final Logger LOG = LoggerFactory.getLogger(Versions.class);

    private final ModelRegistry registry;
    private final VersionLoader loader;
    private final NativeHeap nativeHeap;
    private final ServiceOptions options;
    private final LongSupplier nanoClock;
    private final MemoryBudget budget;
    private final LoadMeter meter;
    private final Room room;
    private final SingleFlight<String, Boolean> loads = new SingleFlight<>();
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Map<String, Resident> byDigest = new HashMap<>();
    /** Superseded, and perhaps still in use by calls under way. */
    private final List<LoadedVersion> retired = new ArrayList<>();

    /** One for each load under way, completed when it is over, one way or the other. */
    private final List<CompletableFuture<Void>> loading = new ArrayList<>();

    private final GreedyDual order = new GreedyDual();
    private long evictions;
    private boolean closed;

    /**
     * Makes an empty set.
     *
     * @param nanoClock tells how long loads take, as {@link System#nanoTime()} does
     */
    Versions(ModelRegistry registry, Workshop workshop, ServiceOptions options, LongSupplier nanoClock) {
        this.registry = registry;
        this.loader = new VersionLoader(workshop);
        this.nativeHeap = workshop.nativeHeap();
        this.options = options;
        this.nanoClock = nanoClock;
        this.budget = MemoryBudget.of(options.memoryBudget());
        this.meter = new LoadMeter(budget, new ProcessMemory());
        this.room = new Room(budget, this::evictOne);
    }

    /**
     * Returns a version, loaded and held: it stays until it is given back with {@link #release}.
     *
     * @param patience how long to wait for room in the memory budget
     * @throws dev.maas.ModelLoadException if it cannot be loaded
     * @throws OverloadedException if there was no room for it in time
     */
    LoadedVersion acquire(ModelVersion wanted, Patience patience) {
        while (true) {
            lock.lock();
            try {
                requireOpen();
                Resident resident = byDigest.get(wanted.digest());
                if (resident != null) {
                    resident.hold();
                    return resident.version();
                }
            } finally {
                lock.unlock();
            }
            LoadedVersion mine = loadOrWait(wanted, patience);
            if (mine != null) {
                return mine;
            }
        }
    }

    /** Returns the version if this thread loaded it, held; null if another did, or gave up sooner than this one has to. */
    private @Nullable LoadedVersion loadOrWait(ModelVersion wanted, Patience patience) {
        AtomicReference<@Nullable LoadedVersion> mine = new AtomicReference<>();
        try {
            loads.run(wanted.digest(), () -> {
                mine.set(loadUnlessLoaded(wanted, patience));
                return true;
            });
        } catch (OverloadedException e) {
            if (patience.nanosLeft() <= 0) {
                throw e;
            }
        }
        return mine.get();
    }

    private @Nullable LoadedVersion loadUnlessLoaded(ModelVersion wanted, Patience patience) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        lock.lock();
        try {
            requireOpen();
            if (byDigest.containsKey(wanted.digest())) {
                return null;
            }
            loading.add(over);
        } finally {
            lock.unlock();
        }
        try {
            return load(wanted, patience);
        } finally {
            lock.lock();
            try {
                loading.removeIf(other -> other == over);
            } finally {
                lock.unlock();
            }
            over.complete(null);
        }
    }

    private LoadedVersion load(ModelVersion wanted, Patience patience) {
        long bytes = meter.estimate(wanted);
        while (true) {
            MemoryBudget.Share share = room.take(wanted.ref(), bytes, patience);
            try {
                LoadMeter.Metered loaded = load(wanted, share);
                if (register(loaded, share)) {
                    return loaded.version();
                }
                // Larger than it was thought to be, and no room for that: it begins anew, with the share that it needs.
                bytes = loaded.bytes();
            } catch (RuntimeException | Error e) {
                share.close();
                throw e;
            }
        }
    }

    private LoadMeter.Metered load(ModelVersion wanted, MemoryBudget.Share share) {
        ModelOptions model = options.optionsOf(wanted.name());
        long begin = nanoClock.getAsLong();
        ModelSource source = registry.open(wanted);
        LoadMeter.Metered loaded = meter.load(
                wanted,
                () -> loader.load(wanted.ref(), wanted.digest(), wanted.metadata(), source, model, () -> freed(share)));
        return loaded.after(nanoClock.getAsLong() - begin);
    }

    private void freed(MemoryBudget.Share share) {
        meter.freed();
        share.close();
    }

    /** Puts a version among those in memory, held; closes it and returns false if its share cannot be made as large as it is. */
    private boolean register(LoadMeter.Metered loaded, MemoryBudget.Share share) {
        LoadedVersion version = loaded.version();
        boolean registered = false;
        try {
            registered = room.tryResize(share, version.ref(), loaded.bytes()) && add(loaded);
            return registered;
        } finally {
            if (!registered) {
                version.close();
            }
        }
    }

    private boolean add(LoadMeter.Metered loaded) {
        LoadedVersion version = loaded.version();
        boolean pinned = options.optionsOf(version.ref().name()).pinned();
        long uses = version.runner().uses();
        lock.lock();
        try {
            requireOpen();
            GreedyDual.Worth worth = order.arrives(loaded.nanos(), loaded.bytes(), uses);
            byDigest.put(version.digest(), new Resident(version, loaded.bytes(), pinned, worth));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Holds a version once more, as {@link #acquire} does; returns false if it is there no longer. */
    boolean hold(LoadedVersion version) {
        lock.lock();
        try {
            Resident resident = find(version);
            if (resident != null) {
                resident.hold();
            }
            return resident != null;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a held version back. */
    void release(LoadedVersion version) {
        change(version, Resident::letGo);
    }

    /** Turns a hold of a version into its service: it may be taken away from the server while no call uses it. */
    void serve(LoadedVersion version, Resident.Server server) {
        change(version, resident -> {
            resident.addServer(server);
            resident.letGo();
        });
    }

    /** Ends the service of a version by that server; does nothing if it was taken away. */
    void withdraw(LoadedVersion version, Resident.Server server) {
        change(version, resident -> resident.removeServer(server));
    }

    private @Nullable Resident find(LoadedVersion version) {
        Resident resident = byDigest.get(version.digest());
        return resident != null && resident.version() == version ? resident : null;
    }

    /** Changes who uses a version; if nobody does any more, closes what was kept for a rollback before. */
    private void change(LoadedVersion version, Consumer<Resident> change) {
        List<LoadedVersion> superseded = new ArrayList<>();
        lock.lock();
        try {
            Resident resident = find(version);
            if (resident == null) {
                return;
            }
            change.accept(resident);
            if (!resident.isSpare()) {
                return;
            }
            for (Iterator<Resident> residents = byDigest.values().iterator(); residents.hasNext(); ) {
                Resident other = residents.next();
                boolean sameModel =
                        other.version().ref().name().equals(version.ref().name());
                if (other != resident && other.isSpare() && sameModel) {
                    residents.remove();
                    superseded.add(other.version());
                }
            }
            retire(superseded);
        } finally {
            lock.unlock();
        }
        superseded.forEach(LoadedVersion::beginClose);
    }

    /** Keeps versions in view that are closing, as a close of the service waits for them; the lock is held. */
    private void retire(List<LoadedVersion> closing) {
        retired.removeIf(LoadedVersion::isFreed);
        retired.addAll(closing);
    }

    /** Frees the version that is cheapest to lose among those that nobody uses; returns false if all are in use. */
    private boolean evictOne(String reason) {
        LoadedVersion victim = claimVictim(reason);
        if (victim == null) {
            return false;
        }
        try {
            victim.finishClose();
        } catch (RuntimeException e) {
            // What is wrong with one model must not fail the load of another.
            LOG.warn("'{}' could not be freed properly", victim.ref(), e);
        }
        nativeHeap.trimSoon();
        LOG.debug("'{}' was evicted: {}", victim.ref(), reason);
        return true;
    }

    private @Nullable LoadedVersion claimVictim(String reason) {
        lock.lock();
        try {
            requireOpen();
            List<Resident> candidates = new ArrayList<>();
            for (Resident resident : byDigest.values()) {
                resident.worth().look(resident.version().runner().uses());
                if (resident.isEvictable()) {
                    candidates.add(resident);
                }
            }
            candidates.sort(Comparator.comparing((Resident resident) -> !resident.isSpare())
                    .thenComparingDouble(resident -> resident.worth().value()));
            for (Resident resident : candidates) {
                LoadedVersion version = resident.version();
                // From here on no call gets it; one that came before makes this fail.
                if (version.runner().tryCloseIdle()) {
                    byDigest.remove(version.digest());
                    retire(List.of(version));
                    resident.worth().goes();
                    evictions++;
                    resident.servers().forEach(server -> server.evicted(version, reason));
                    return version;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** The memory that a version counts with, in bytes; 0 if it is not there. */
    long bytesOf(LoadedVersion version) {
        lock.lock();
        try {
            Resident resident = find(version);
            return resident == null ? 0 : resident.bytes();
        } finally {
            lock.unlock();
        }
    }

    /** The figures of the memory budget. */
    ServiceHealth.Memory memory() {
        lock.lock();
        try {
            return budget.report(evictions);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException("The model service was closed");
        }
    }

    /**
     * Lets all calls under way finish, and frees every version. Closing again does nothing.
     *
     * @return completes when all are freed: now, unless this thread was interrupted or is in a call itself, or a version is just being
     *     loaded, in vain
     */
    CompletableFuture<Void> close() {
        List<LoadedVersion> all = new ArrayList<>();
        List<CompletableFuture<Void>> freed = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            byDigest.values().forEach(resident -> all.add(resident.version()));
            byDigest.clear();
            all.addAll(retired);
            // Whoever closes again waits for the same ones.
            retired.clear();
            retired.addAll(all);
            freed.addAll(loading);
        } finally {
            lock.unlock();
        }
        all.forEach(LoadedVersion::beginClose);
        all.forEach(LoadedVersion::close);
        all.forEach(version -> freed.add(version.freed()));
        return CompletableFuture.allOf(freed.toArray(CompletableFuture[]::new));
    }
}
