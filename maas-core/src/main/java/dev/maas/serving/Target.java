package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.MaasException;
import dev.maas.ModelLoadException;
import dev.maas.ModelRef;
import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.OverloadedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one reference means at this moment: the version that serves it, swapped when the registry says otherwise, and taken away while
 * nobody calls it if others need the memory; the next call loads it again.
 *
 * <p>The version in service is one volatile field: a call reads it once and stays with what it read. A new version takes its place
 * only when it is loaded, has passed its golden data, and suits every predictor there is; otherwise the old one stays, and the health
 * report says why. Safe for use by any thread.
 */
final class Target implements Resident.Server {
    private static final Logger LOG = LoggerFactory.getLogger(Target.class);

    private static final int MOST_LOOKS_SKIPPED = 64;

    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(Target.class, "current", LoadedVersion.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ModelRef ref;
    private final ModelRegistry registry;
    private final Versions versions;
    private final ModelOptions options;
    private final Patience patience = new Patience();
    private final SingleFlight<Boolean, Boolean> firstLoad = new SingleFlight<>();
    private final BackgroundLoad backgroundLoad = new BackgroundLoad(this::loadHeld);
    private final List<WeakReference<User>> users = new CopyOnWriteArrayList<>();
    /** One change of the version in service at a time. */
    private final ReentrantLock swapping = new ReentrantLock();

    // Guarded by swapping.
    /** What was put into service last; null if nothing was. */
    private @Nullable ModelVersion served;

    private int looksSkipped;
    private int looksToSkip = 1;

    /** Becomes a version under swapping only, and null by {@link #leave} at any time. */
    private volatile @Nullable LoadedVersion current;

    private volatile @Nullable Problem problem;
    /** Why no version is in service, where that is no problem of the version; empty if there is nothing to say. */
    private volatile String whyCold = "";

    Target(ModelRef ref, ModelRegistry registry, Versions versions, ModelOptions options) {
        this.ref = ref;
        this.registry = registry;
        this.versions = versions;
        this.options = options;
    }

    /** Who calls the version in service, and may not be able to call another. */
    interface User {
        /**
         * Finds out whether this user can call that version.
         *
         * @throws dev.maas.InvalidInputException if not
         */
        void requireSuits(LoadedVersion version);
    }

    /** Why a version could not be put into service. */
    record Problem(String digest, String reason) {
        static Problem of(ModelVersion version, Throwable cause) {
            // What others throw may hold paths and secrets, and a health report may go far.
            String reason = cause instanceof MaasException
                    ? String.valueOf(cause.getMessage())
                    : cause.getClass().getName() + "; the log says more";
            return new Problem(version.digest(), "version " + version.number() + ": " + reason);
        }
    }

    ModelRef ref() {
        return ref;
    }

    /** Whether the reference may come to mean another version. */
    boolean isMovable() {
        return !(ref.selector() instanceof ModelRef.Version || ref.selector() instanceof ModelRef.Digest);
    }

    void addUser(User user) {
        users.removeIf(reference -> reference.get() == null);
        users.add(new WeakReference<>(user));
    }

    /** The version in service, if one was loaded. */
    Optional<LoadedVersion> loaded() {
        return Optional.ofNullable(current);
    }

    Optional<Problem> problem() {
        return Optional.ofNullable(problem);
    }

    String whyCold() {
        return whyCold;
    }

    /** A call's own bounds, or the model's where it brings none. */
    CallOptions bounded(CallOptions call) {
        return call.timeout().isPresent()
                ? call
                : options.timeout().map(call::withTimeout).orElse(call);
    }

    /** The version in service, with a lease of it; null if none is. */
    @Nullable
    LoadedVersion tryLease() {
        LoadedVersion version = current;
        if (version == null) {
            return null;
        }
        if (version.runner().tryAcquire()) {
            return version;
        }
        // Closed between the look and the lease: swapped, evicted, or the whole service is closing.
        leave(version);
        return null;
    }

    /** The version in service, with a lease of it; loads it if none is, as long as a call with these options may wait. */
    LoadedVersion lease(CallOptions call) {
        waitsAtLeast(call);
        return lease();
    }

    private LoadedVersion lease() {
        while (true) {
            LoadedVersion version = tryLease();
            if (version == null) {
                version = loadLeased();
            }
            if (version != null) {
                return version;
            }
        }
    }

    /** Whoever brings no deadline waits for room as long as calls of the model may wait for their turn. */
    private void waitsAtLeast(CallOptions call) {
        patience.atLeast(bounded(call).timeout().orElse(options.runner().maxQueueTime()));
    }

    /**
     * Loads a version and leases it before anybody can take it away; so of all who wait for a load at least one gets on, however
     * scarce memory is. Null if another thread loaded it.
     */
    private @Nullable LoadedVersion loadLeased() {
        AtomicReference<@Nullable LoadedVersion> mine = new AtomicReference<>();
        firstLoad.run(true, () -> {
            mine.set(loadFirst());
            return true;
        });
        return mine.get();
    }

    /**
     * Makes sure that a version is in service, in a thread of the executor; whoever asks meanwhile gets the same load. It goes on as long
     * as a call with these options may wait.
     */
    CompletableFuture<?> loadInBackground(Executor executor, CallOptions call) {
        waitsAtLeast(call);
        return backgroundLoad.in(executor);
    }

    private Runnable loadHeld() {
        LoadedVersion version = lease();
        return version.runner()::release;
    }

    /** What a call is told whose time is up before a version was loaded, if that is for want of memory. */
    Optional<OverloadedException> shortage() {
        return patience.shortage().map(OverloadedException::new);
    }

    private @Nullable LoadedVersion loadFirst() {
        swapping.lock();
        try {
            if (current != null) {
                return tryLease();
            }
            patience.noShortage();
            LoadedVersion version = acquireFirst();
            if (!version.runner().tryAcquire()) {
                // Only a service that closes takes away what is held.
                versions.release(version);
                throw new ClosedException("The model service was closed");
            }
            current = version;
            versions.serve(version, this);
            return version;
        } finally {
            swapping.unlock();
        }
    }

    /**
     * Loads what the reference means. What served before it was taken away is as good as in service: if what the registry wants now cannot be
     * found out, or not be put into service, it comes back.
     */
    private LoadedVersion acquireFirst() {
        ModelVersion before = served;
        if (before == null) {
            return remember(registry.resolve(ref), this::acquire);
        }
        ModelVersion wanted = resolveOr(before);
        if (wanted.digest().equals(before.digest())) {
            return acquire(before);
        }
        try {
            return remember(wanted, this::acquireSuited);
        } catch (OverloadedException | ClosedException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warn("'{}' comes back as version {}: {}", ref, before.number(), e.toString());
            LoadedVersion version = acquire(before);
            problem = Problem.of(wanted, e);
            return version;
        }
    }

    private ModelVersion resolveOr(ModelVersion before) {
        try {
            return registry.resolve(ref);
        } catch (RuntimeException e) {
            LOG.warn("'{}' comes back as version {}: {}", ref, before.number(), e.toString());
            return before;
        }
    }

    private LoadedVersion remember(ModelVersion wanted, Function<ModelVersion, LoadedVersion> load) {
        LoadedVersion version = load.apply(wanted);
        served = wanted;
        return version;
    }

    private LoadedVersion acquireSuited(ModelVersion wanted) {
        LoadedVersion fresh = acquire(wanted);
        try {
            requireSuits(fresh);
            return fresh;
        } catch (MaasException e) {
            problem = Problem.of(wanted, e);
            versions.release(fresh);
            throw e;
        }
    }

    private LoadedVersion acquire(ModelVersion wanted) {
        try {
            LoadedVersion version = versions.acquire(wanted, patience);
            problem = null;
            whyCold = "";
            return version;
        } catch (OverloadedException e) {
            if (current == null) {
                // Nothing is wrong with the version; the next call tries again.
                whyCold = "version " + wanted.number() + ": " + e.getMessage();
            } else {
                problem = Problem.of(wanted, e);
            }
            throw e;
        } catch (RuntimeException | Error e) {
            problem = Problem.of(wanted, e);
            throw e;
        }
    }

    /** Gives up a version that was closed behind this target's back, so that the next call loads it again. */
    private void leave(LoadedVersion closed) {
        if (CURRENT.compareAndSet(this, closed, null)) {
            versions.withdraw(closed, this);
        }
    }

    @Override
    public void evicted(LoadedVersion version, String reason) {
        if (current == version) {
            whyCold = "version " + version.number() + " is not in memory: " + reason;
            CURRENT.compareAndSet(this, version, null);
        }
    }

    /**
     * Asks the registry what the reference means now, and puts that version into service. Never throws: problems are reported.
     *
     * @param retry whether to try a version again that could not be put into service before; otherwise that is done ever more rarely
     */
    void refresh(boolean retry) {
        swapping.lock();
        try {
            LoadedVersion old = current;
            if (old == null) {
                return;
            }
            ModelVersion wanted = registry.resolve(ref);
            if (wanted.digest().equals(old.digest())) {
                problem = null;
            } else if ((retry || isWorthTrying(wanted)) && versions.hold(old)) {
                // What serves now is not given up for a version that may turn out not to.
                try {
                    patience.atLeast(options.runner().maxQueueTime());
                    swap(wanted);
                } finally {
                    versions.release(old);
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("'{}' goes on with what it has: {}", ref, e.toString());
        } finally {
            swapping.unlock();
        }
    }

    /** A version that failed is tried again after one look at the registry, then after two, four and so on. */
    private boolean isWorthTrying(ModelVersion wanted) {
        Problem known = problem;
        if (known == null || !known.digest().equals(wanted.digest())) {
            looksSkipped = 0;
            looksToSkip = 1;
            return true;
        }
        if (looksSkipped < looksToSkip) {
            looksSkipped++;
            return false;
        }
        looksSkipped = 0;
        looksToSkip = Math.min(2 * looksToSkip, MOST_LOOKS_SKIPPED);
        return true;
    }

    private void swap(ModelVersion wanted) {
        LoadedVersion fresh = remember(wanted, this::acquireSuited);
        LoadedVersion old = (LoadedVersion) CURRENT.getAndSet(this, fresh);
        versions.serve(fresh, this);
        if (old != null) {
            versions.withdraw(old, this);
        }
        LOG.info("'{}' is served by version {} now", ref, wanted.number());
    }

    private void requireSuits(LoadedVersion version) {
        for (WeakReference<User> reference : users) {
            User user = reference.get();
            if (user != null) {
                try {
                    user.requireSuits(version);
                } catch (MaasException e) {
                    throw new ModelLoadException(
                            "Its signature does not suit a predictor in use: " + e.getMessage(), e);
                }
            }
        }
    }
}
