package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.Predictor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The predictor of a reference: each call goes to the version in service when it begins. */
final class TargetPredictor<I, O> implements Predictor<I, O>, Target.User {
    private final Target target;
    private final Function<LoadedVersion, VersionCalls<I, O>> binder;
    private final Workshop workshop;

    /** The binding to the version called last; replaced as a whole. */
    private volatile @Nullable Bound<I, O> bound;

    TargetPredictor(Target target, Function<LoadedVersion, VersionCalls<I, O>> binder, Workshop workshop) {
        this.target = target;
        this.binder = binder;
        this.workshop = workshop;
    }

    private record Bound<I, O>(LoadedVersion version, VersionCalls<I, O> calls) {}

    @Override
    public void requireSuits(LoadedVersion version) {
        VersionCalls<I, O> unused = binder.apply(version);
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        if (options.timeout().isPresent() && target.loaded().isEmpty()) {
            // A load may take longer than this caller will wait.
            return Futures.join(predictAsync(input, options));
        }
        Bound<I, O> leased = lease();
        LoadedVersion version = leased.version;
        try {
            return leased.calls.run(input, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        Bound<I, O> leased = lease();
        LoadedVersion version = leased.version;
        try {
            return leased.calls.runAll(inputs, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        if (target.loaded().isPresent()) {
            return start(input, options);
        }
        // Loading may take seconds; the caller was promised to get its future at once.
        return new ColdCall<O>(options, left -> start(input, left))
                .after(target.loadInBackground(workshop.executor()), workshop);
    }

    private CompletableFuture<O> start(I input, CallOptions options) {
        Bound<I, O> leased;
        try {
            leased = lease();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        LoadedVersion version = leased.version;
        try {
            return leased.calls.start(input, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    /** Takes a lease of the version in service, which stays loaded until it is returned. */
    private Bound<I, O> lease() {
        while (true) {
            LoadedVersion version = target.current();
            Bound<I, O> latest = bound;
            if (latest == null || latest.version != version) {
                latest = new Bound<>(version, binder.apply(version));
                bound = latest;
            }
            if (version.runner().tryAcquire()) {
                return latest;
            }
            // Closed between the look and the lease: swapped, evicted, or the whole service is closing.
            target.forget(version);
        }
    }

    @Override
    public String toString() {
        return "Predictor[" + target.ref() + "]";
    }
}
