package dev.maas.batching;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call for which a future waits. It holds a lease of its model until it is settled.
 *
 * @param <T> the type of the future's value
 */
final class FutureCall<T> extends Call {
    private final Supplier<T> result;
    private final Leases leases;
    private final CallQueue queue;
    private final Result future = new Result();

    /** What will expire the call; written before the call is published. */
    private @Nullable Future<?> timer;

    /** Takes over one lease from the calling thread. */
    FutureCall(Rows rows, CallLimits limits, Supplier<T> result, Leases leases, CallQueue queue) {
        super(rows, limits);
        this.result = result;
        this.leases = leases;
        this.queue = queue;
    }

    /** Cancelling it gives the call up; its dependent stages are plain futures, as everywhere in the JDK. */
    private final class Result extends CompletableFuture<T> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (isDone()) {
                return super.cancel(mayInterruptIfRunning);
            }
            try {
                // First: a dependent stage may wait for what this call holds, such as by closing the model.
                if (giveUp(queue)) {
                    settled();
                }
            } finally {
                super.cancel(mayInterruptIfRunning);
            }
            return isCancelled();
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }

    CompletableFuture<T> future() {
        return future;
    }

    void expiresWith(Future<?> newTimer) {
        timer = newTimer;
    }

    /** Ends the call, which the queue did not accept. Returns false if its deadline ended it before. */
    boolean refuse(RuntimeException reason) {
        boolean refused = tryMove(QUEUED, DROPPED);
        if (refused) {
            future.completeExceptionally(reason);
            settled();
        }
        return refused;
    }

    /**
     * Ends the call because its deadline passed; runs in the timer's thread.
     *
     * @param completer fails the future where what is attached to it keeps nobody from other deadlines
     */
    void expire(BiConsumer<CompletableFuture<?>, Throwable> completer) {
        boolean running = state() == RUNNING;
        if (giveUp(queue)) {
            try {
                settled();
            } finally {
                completer.accept(future, CallLimits.exceeded(running));
            }
        }
    }

    @Override
    @Nullable
    Thread waiter() {
        return null;
    }

    @Override
    boolean hasFollowers() {
        return future.getNumberOfDependents() > 0;
    }

    @Override
    void announce() {
        try {
            if (failure() != null) {
                future.completeExceptionally(failure());
            } else if (state() == DROPPED) {
                future.completeExceptionally(CallLimits.exceeded(false));
            } else {
                future.complete(result.get());
            }
        } finally {
            settled();
        }
    }

    private void settled() {
        if (timer != null) {
            timer.cancel(false);
        }
        leases.release();
    }
}
