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
        LoadedVersion version = target.tryLease();
        if (version == null) {
            CallOptions bounded = target.bounded(options);
            if (bounded.timeout().isPresent()) {
                // A load may take longer than this caller will wait.
                return Futures.join(startCold(input, bounded));
            }
            version = target.lease(bounded);
        }
        try {
            return callsOf(version).run(input, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        LoadedVersion version = target.tryLease();
        CallOptions left = options;
        if (version == null) {
            CallOptions bounded = target.bounded(options);
            Countdown countdown = Countdown.of(bounded);
            if (bounded.timeout().isPresent()) {
                boolean unused = Futures.join(afterLoad(bounded, rest -> CompletableFuture.completedFuture(true)));
            }
            left = countdown.left();
            version = target.lease(left);
        }
        try {
            return callsOf(version).runAll(inputs, version.bounded(left));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        LoadedVersion version = target.tryLease();
        return version != null ? startAndRelease(version, input, options) : startCold(input, target.bounded(options));
    }

    /** Loading may take seconds; the caller was promised to get its future at once. */
    private CompletableFuture<O> startCold(I input, CallOptions options) {
        return afterLoad(options, left -> {
            try {
                return startAndRelease(target.lease(left), input, left);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    private <T> CompletableFuture<T> afterLoad(CallOptions options, Function<CallOptions, CompletableFuture<T>> start) {
        return new ColdCall<T>(options, start, target::shortage)
                .after(target.loadInBackground(workshop.executor(), options), workshop);
    }

    private CompletableFuture<O> startAndRelease(LoadedVersion version, I input, CallOptions options) {
        try {
            return callsOf(version).start(input, version.bounded(options));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            version.runner().release();
        }
    }

    private VersionCalls<I, O> callsOf(LoadedVersion version) {
        Bound<I, O> latest = bound;
        if (latest == null || latest.version != version) {
            latest = new Bound<>(version, binder.apply(version));
            bound = latest;
        }
        return latest.calls;
    }

    @Override
    public String toString() {
        return "Predictor[" + target.ref() + "]";
    }
}
