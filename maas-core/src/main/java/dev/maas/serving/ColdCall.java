package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.batching.Deadlines;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call whose model is not loaded yet. It waits for the load without a thread of its own, is dropped if it is cancelled
 * or expires meanwhile, and then stands for the call itself. Safe for use by any thread.
 *
 * @param <O> the type of the prediction
 */
final class ColdCall<O> extends CompletableFuture<O> {
    private final Countdown countdown;
    private final Function<CallOptions, CompletableFuture<O>> start;

    private final Supplier<? extends Optional<? extends RuntimeException>> obstacle;
    /** The call itself, once it was started. */
    private volatile @Nullable CompletableFuture<O> started;

    /**
     * Makes a call.
     *
     * @param start starts the call itself; every failure is in its future
     * @param obstacle what the call fails with when its time is up, if it is known what keeps the load
     */
    ColdCall(
            CallOptions options,
            Function<CallOptions, CompletableFuture<O>> start,
            Supplier<? extends Optional<? extends RuntimeException>> obstacle) {
        this.countdown = Countdown.of(options);
        this.start = start;
        this.obstacle = obstacle;
    }

    /** Begins to wait for a load; the timer expires the call. */
    ColdCall<O> after(CompletableFuture<?> load, Workshop workshop) {
        countdown
                .nanos()
                .ifPresent(nanos -> workshop.deadlines().afterIfOpen(nanos, () -> expire(workshop.deadlines())));
        CompletableFuture<?> unused = load.whenComplete((loaded, failure) -> {
            if (failure != null) {
                completeExceptionally(failure);
            } else if (!isDone()) {
                start();
            }
        });
        return this;
    }

    private void expire(Deadlines deadlines) {
        if (!isDone()) {
            Optional<? extends RuntimeException> known = obstacle.get();
            deadlines.complete(this, known.isPresent() ? known.get() : countdown.exceeded());
        }
    }

    private void start() {
        CompletableFuture<O> call;
        try {
            call = start.apply(countdown.left());
        } catch (RuntimeException e) {
            completeExceptionally(e);
            return;
        }
        started = call;
        if (isCancelled()) {
            call.cancel(true);
        }
        CompletableFuture<O> unused = call.whenComplete((value, failure) -> {
            if (failure != null) {
                completeExceptionally(failure);
            } else {
                complete(value);
            }
        });
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        CompletableFuture<O> call = started;
        if (cancelled && call != null) {
            call.cancel(mayInterruptIfRunning);
        }
        return cancelled;
    }

    /** Dependent stages are plain futures, as everywhere in the JDK. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
