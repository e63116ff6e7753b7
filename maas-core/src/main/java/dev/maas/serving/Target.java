package dev.maas.serving;

import dev.maas.MaasException;
import dev.maas.ModelLoadException;
import dev.maas.ModelRef;
import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one reference means at this moment: the version that serves it, swapped when the registry says otherwise.
 *
 * <p>The version in service is one volatile field: a call reads it once and stays with what it read. A new version takes its place
 * only when it is loaded, has passed its golden data, and suits every predictor there is; otherwise the old one stays, and the health
 * report says why. Safe for use by any thread.
 */
final class Target {
    private static final Logger LOG = LoggerFactory.getLogger(Target.class);

    private static final int MOST_PATIENCE = 64;

    private final ModelRef ref;
    private final ModelRegistry registry;
    private final Versions versions;
    private final SingleFlight<Boolean, LoadedVersion> firstLoad = new SingleFlight<>();
    private final BackgroundLoad backgroundLoad = new BackgroundLoad(this::current);
    private final List<WeakReference<User>> users = new CopyOnWriteArrayList<>();
    /** One change of the version in service at a time. */
    private final ReentrantLock swapping = new ReentrantLock();

    // Guarded by swapping.
    private int looksSkipped;
    private int patience = 1;

    private volatile @Nullable LoadedVersion current;
    private volatile @Nullable Problem problem;

    Target(ModelRef ref, ModelRegistry registry, Versions versions) {
        this.ref = ref;
        this.registry = registry;
        this.versions = versions;
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

    /** The version in service; loads it if none is. */
    LoadedVersion current() {
        LoadedVersion version = current;
        return version != null ? version : firstLoad.run(true, this::loadFirst);
    }

    /** Makes sure that a version is in service, in a thread of the executor; whoever asks meanwhile gets the same load. */
    CompletableFuture<?> loadInBackground(Executor executor) {
        return backgroundLoad.in(executor);
    }

    private LoadedVersion loadFirst() {
        swapping.lock();
        try {
            LoadedVersion version = current;
            if (version == null) {
                version = acquire(registry.resolve(ref));
                current = version;
            }
            return version;
        } finally {
            swapping.unlock();
        }
    }

    private LoadedVersion acquire(ModelVersion wanted) {
        try {
            LoadedVersion version = versions.acquire(wanted);
            problem = null;
            return version;
        } catch (RuntimeException | Error e) {
            problem = Problem.of(wanted, e);
            throw e;
        }
    }

    /** Gives up a version that was closed behind this target's back, so that the next call loads it again. */
    void forget(LoadedVersion closed) {
        swapping.lock();
        try {
            if (current == closed) {
                current = null;
                versions.release(closed);
            }
        } finally {
            swapping.unlock();
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
            } else if (retry || isWorthTrying(wanted)) {
                swap(old, wanted);
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
            patience = 1;
            return true;
        }
        if (looksSkipped < patience) {
            looksSkipped++;
            return false;
        }
        looksSkipped = 0;
        patience = Math.min(2 * patience, MOST_PATIENCE);
        return true;
    }

    private void swap(LoadedVersion old, ModelVersion wanted) {
        LoadedVersion fresh = acquire(wanted);
        try {
            requireSuits(fresh);
        } catch (MaasException e) {
            problem = Problem.of(wanted, e);
            versions.release(fresh);
            throw e;
        }
        current = fresh;
        versions.release(old);
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
