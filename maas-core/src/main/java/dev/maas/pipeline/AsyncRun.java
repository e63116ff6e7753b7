package dev.maas.pipeline;

import dev.maas.OverloadedException;
import dev.maas.tensor.Outputs;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A call that nobody waits for in a thread. Whenever a model has ended, the executor conducts the call a step further.
 *
 * <p>One thread at a time conducts: {@code signals} counts why to, and whoever raises it from 0 sees to it that somebody does until it is 0
 * again. Safe for use by any thread.
 */
final class AsyncRun {
    private final PipelineRun run;
    private final Executor executor;
    private final AtomicInteger signals = new AtomicInteger();
    private final Future result = new Future();
    /** Whether the run was ended or given up; the conductor's. */
    private boolean closed;

    AsyncRun(Function<Runnable, PipelineRun> maker, Executor executor) {
        this.executor = executor;
        this.run = maker.apply(this::signal);
    }

    /** Cancelling it cancels the models under way. */
    private final class Future extends CompletableFuture<Outputs> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled) {
                run.stop();
            }
            return cancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }

    /** Begins, and returns at once: models are started here, functions are left to the executor. */
    CompletableFuture<Outputs> start() {
        if (run.beginsWithFunction()) {
            signal();
            return result;
        }
        signals.incrementAndGet();
        try {
            run.begin();
        } catch (RuntimeException | Error e) {
            giveUp(e, e);
        }
        if (signals.decrementAndGet() != 0) {
            execute();
        }
        return result;
    }

    private void signal() {
        if (signals.getAndIncrement() == 0) {
            execute();
        }
    }

    private void execute() {
        try {
            executor.execute(this::conduct);
        } catch (RejectedExecutionException e) {
            giveUp(
                    e,
                    new OverloadedException(
                            "The executor of the pipeline took no more work. Give it room, or close the pipeline's callers first",
                            e));
        }
    }

    private void conduct() {
        int seen = 1;
        do {
            step();
            seen = signals.addAndGet(-seen);
        } while (seen != 0);
    }

    private void step() {
        if (closed) {
            return;
        }
        if (result.isCancelled()) {
            closed = true;
            run.giveUp(new CancellationException("The call was cancelled"));
            return;
        }
        try {
            run.advance(false);
            if (run.isDone()) {
                closed = true;
                result.complete(run.end());
            }
        } catch (RuntimeException | Error e) {
            giveUp(e, e);
        }
    }

    private void giveUp(Throwable failure, Throwable shown) {
        closed = true;
        run.giveUp(failure);
        result.completeExceptionally(shown);
    }
}
