package dev.maas.serving;

import dev.maas.ClosedException;
import dev.maas.ModelRegistry;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The versions in memory, each loaded once however many want it.
 *
 * <p>A version that nobody uses any more is kept if it is the last one of its model to go out of use, so that a rollback is a move of
 * a pointer; the one before it is closed then. Safe for use by any thread; the lock is held for look-ups only, never while a version
 * loads or closes.
 */
final class Versions {
    private final ModelRegistry registry;
    private final VersionLoader loader;
    private final ServiceOptions options;
    private final SingleFlight<String, Boolean> loads = new SingleFlight<>();
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Map<String, Entry> byDigest = new HashMap<>();
    /** Superseded, and perhaps still in use by calls under way. */
    private final List<LoadedVersion> retired = new ArrayList<>();

    /** One for each load under way, completed when it is over, one way or the other. */
    private final List<CompletableFuture<Void>> loading = new ArrayList<>();

    private boolean closed;

    Versions(ModelRegistry registry, VersionLoader loader, ServiceOptions options) {
        this.registry = registry;
        this.loader = loader;
        this.options = options;
    }

    private static final class Entry {
        private final LoadedVersion version;
        private int users;

        Entry(LoadedVersion version) {
            this.version = version;
        }
    }

    /**
     * Returns a version, loaded; give it back with {@link #release}.
     *
     * @throws dev.maas.ModelLoadException if it cannot be loaded
     */
    LoadedVersion acquire(ModelVersion wanted) {
        while (true) {
            lock.lock();
            try {
                requireOpen();
                Entry entry = byDigest.get(wanted.digest());
                if (entry != null) {
                    entry.users++;
                    return entry.version;
                }
            } finally {
                lock.unlock();
            }
            loads.run(wanted.digest(), () -> load(wanted));
        }
    }

    private Boolean load(ModelVersion wanted) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        lock.lock();
        try {
            requireOpen();
            if (byDigest.containsKey(wanted.digest())) {
                return true;
            }
            loading.add(over);
        } finally {
            lock.unlock();
        }
        try {
            return loadUnlocked(wanted);
        } finally {
            lock.lock();
            try {
                loading.removeIf(load -> load == over);
            } finally {
                lock.unlock();
            }
            over.complete(null);
        }
    }

    private Boolean loadUnlocked(ModelVersion wanted) {
        ModelSource source = registry.open(wanted);
        LoadedVersion version =
                loader.load(wanted.ref(), wanted.digest(), wanted.metadata(), source, options.optionsOf(wanted.name()));
        lock.lock();
        try {
            if (!closed) {
                byDigest.put(wanted.digest(), new Entry(version));
                return true;
            }
        } finally {
            lock.unlock();
        }
        version.close();
        throw closedException();
    }

    /** Gives a version back. */
    void release(LoadedVersion version) {
        List<LoadedVersion> superseded = new ArrayList<>();
        lock.lock();
        try {
            Entry entry = byDigest.get(version.digest());
            if (entry == null || entry.version != version || --entry.users > 0) {
                return;
            }
            for (Iterator<Entry> entries = byDigest.values().iterator(); entries.hasNext(); ) {
                Entry other = entries.next();
                boolean sameModel =
                        other.version.ref().name().equals(version.ref().name());
                if (other != entry && other.users == 0 && sameModel) {
                    entries.remove();
                    superseded.add(other.version);
                }
            }
            retired.removeIf(LoadedVersion::isFreed);
            retired.addAll(superseded);
        } finally {
            lock.unlock();
        }
        superseded.forEach(LoadedVersion::beginClose);
    }

    private void requireOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private static ClosedException closedException() {
        return new ClosedException("The model service was closed");
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
            byDigest.values().forEach(entry -> all.add(entry.version));
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
