package dev.maas.serving;

import dev.maas.CallOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What the JDK's futures lack here. */
final class Futures {
    /** A list may be longer than a model's queue; this many keep several batches busy. */
    private static final int MOST_UNDER_WAY = 256;

    private Futures() {}

    /** Waits for a future and throws what it failed with as it was, not wrapped. */
    static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /**
     * Starts something for each value and waits for all, in order; if one fails, the others are cancelled. The options bound all of it
     * together.
     */
    static <I, O> List<O> joinAll(
            List<? extends I> inputs,
            CallOptions options,
            BiFunction<? super I, CallOptions, CompletableFuture<O>> start) {
        Countdown countdown = Countdown.of(options);
        Deque<CompletableFuture<O>> underWay = new ArrayDeque<>();
        List<O> results = new ArrayList<>(inputs.size());
        try {
            for (I input : inputs) {
                if (underWay.size() == MOST_UNDER_WAY) {
                    results.add(join(underWay.removeFirst()));
                }
                underWay.addLast(start.apply(input, countdown.left()));
            }
            while (!underWay.isEmpty()) {
                results.add(join(underWay.removeFirst()));
            }
            return Collections.unmodifiableList(results);
        } finally {
            underWay.forEach(future -> future.cancel(true));
        }
    }

    /**
     * Returns a future with the converted result of another. Unlike those of {@link CompletableFuture#thenApply}, cancelling it cancels
     * the other, and a failure comes through as it is.
     */
    static <A, B> CompletableFuture<B> map(CompletableFuture<A> source, Function<? super A, ? extends B> conversion) {
        Mapped<A, B> mapped = new Mapped<>(source);
        CompletableFuture<A> unused = source.whenComplete((value, failure) -> {
            if (failure != null) {
                mapped.completeExceptionally(failure);
                return;
            }
            try {
                mapped.complete(conversion.apply(value));
            } catch (RuntimeException | Error e) {
                mapped.completeExceptionally(e);
            }
        });
        return mapped;
    }

    private static final class Mapped<A, B> extends CompletableFuture<B> {
        private final CompletableFuture<A> source;

        Mapped(CompletableFuture<A> source) {
            this.source = source;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            source.cancel(mayInterruptIfRunning);
            return cancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }
}
