package dev.maas.serving;

import dev.maas.ModelVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Finds out how much memory versions take.
 *
 * <h2>How</h2>
 *
 * No engine's Java API tells what it allocates. So a version counts with what the process grew by, outside the Java heap, while it was
 * loaded and warmed up, but never with less than its weights, as its engine tells them from its files; and before its first load with
 * the size of its package. A version is loaded alone the first time, so that no other is charged to it; it counts as often as it is
 * loaded again with what was measured, and may then load beside others. If that is several times its package, it is measured again with
 * a later load that happens to be alone, and the mean counts from then on, so that no odd figure stays for good.
 *
 * <h2>How far it can be trusted</h2>
 *
 * Too low is what is measured where the allocator held memory that another version gave back and that could not be trimmed; the weights
 * bound that. Too high is what is measured while calls of other models, or the application itself, take more native memory. If the heap
 * is collected or a version freed meanwhile, or the platform does not tell, nothing is measured, and the weights count. What runs need
 * later, for more rows than the warm-up tried, is not in it. Between its load and the end of its measurement the first load of a version
 * may take more than was set aside for it; as such loads are alone, that is one version at most.
 *
 * <p>Safe for use by any thread. Only under a budget is anything measured, or any load kept apart from others.
 */
final class LoadMeter {
    /** As many versions as a service may come across in years. */
    private static final int MOST_REMEMBERED = 10_000;

    /** A version that counts with more than so many times its package is looked at again. */
    private static final int ODD = 3;

    private final MemoryBudget budget;
    private final Supplier<Optional<ProcessMemory.Sample>> memory;
    private final ReentrantReadWriteLock loading = new ReentrantReadWriteLock(true);
    /** Changes whenever a load begins or ends, or a version is freed. */
    private final AtomicLong events = new AtomicLong();

    /** By digest; oldest first. Guarded by itself. */
    private final Map<String, Long> measured = new LinkedHashMap<>();

    LoadMeter(MemoryBudget budget, Supplier<Optional<ProcessMemory.Sample>> memory) {
        this.budget = budget;
        this.memory = memory;
    }

    /** The bytes to set aside for a version before it is loaded. */
    long estimate(ModelVersion version) {
        return known(version.digest()).orElse(Math.max(1, version.byteSize()));
    }

    private OptionalLong known(String digest) {
        synchronized (measured) {
            Long bytes = measured.get(digest);
            return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
        }
    }

    private void remember(String digest, long bytes) {
        synchronized (measured) {
            measured.put(digest, bytes);
            if (measured.size() > MOST_REMEMBERED) {
                measured.remove(measured.keySet().iterator().next());
            }
        }
    }

    /** Tells that a version was freed; what is measured at this moment cannot be trusted. */
    void freed() {
        events.incrementAndGet();
    }

    /**
     * A version that was loaded.
     *
     * @param bytes the memory that it takes
     * @param nanos how long it took to bring it here, if that was measured
     */
    record Metered(LoadedVersion version, long bytes, long nanos) {
        private Metered(LoadedVersion version, long bytes) {
            this(version, bytes, 0);
        }

        Metered after(long time) {
            return new Metered(version, bytes, time);
        }
    }

    /** Loads a version and finds out what it takes; blocks while a load that must be alone goes on. */
    Metered load(ModelVersion wanted, Supplier<LoadedVersion> load) {
        if (!budget.isLimited()) {
            LoadedVersion version = load.get();
            return new Metered(version, weights(wanted, version));
        }
        OptionalLong known = known(wanted.digest());
        Lock lock = known.isPresent() ? loading.readLock() : loading.writeLock();
        lock.lock();
        try {
            boolean alone = loading.getReadLockCount() <= 1;
            long begun = events.incrementAndGet();
            boolean worthwhile = alone && (known.isEmpty() || isOdd(known.getAsLong(), wanted));
            Optional<ProcessMemory.Sample> before = worthwhile ? memory.get() : Optional.empty();
            LoadedVersion version = load.get();
            Optional<ProcessMemory.Sample> after = before.isPresent() ? memory.get() : Optional.empty();
            boolean undisturbed = events.get() == begun;
            OptionalLong growth = undisturbed && before.isPresent() && after.isPresent()
                    ? after.get().nativeGrowthSince(before.get())
                    : OptionalLong.empty();
            return new Metered(version, settle(wanted, version, known, growth));
        } finally {
            events.incrementAndGet();
            lock.unlock();
        }
    }

    private static boolean isOdd(long bytes, ModelVersion version) {
        return bytes / ODD > version.byteSize();
    }

    private long settle(ModelVersion wanted, LoadedVersion version, OptionalLong known, OptionalLong growth) {
        long weights = weights(wanted, version);
        if (version.model().isSizeExact()) {
            remember(wanted.digest(), weights);
            return weights;
        }
        if (growth.isEmpty()) {
            return known.orElse(weights);
        }
        // A version whose weights fit is not to be refused for what may have been the doing of others.
        long bytes = Math.max(weights, Math.min(growth.getAsLong(), budget.limit()));
        long settled = known.isPresent() ? known.getAsLong() / 2 + bytes / 2 : bytes;
        remember(wanted.digest(), settled);
        return settled;
    }

    private static long weights(ModelVersion wanted, LoadedVersion version) {
        return Math.max(1, version.model().nativeBytes().orElse(wanted.byteSize()));
    }
}
