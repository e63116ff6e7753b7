package dev.maas.serving;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.maas.CallOptions;
import dev.maas.CancelledException;
import dev.maas.DeadlineExceededException;
import dev.maas.OverloadedException;
import dev.maas.batching.Deadlines;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the versions of one model gave, kept to answer the same input again. Safe for use by any thread.
 *
 * <p>Of several calls with one input, one runs and the others wait for it, each until its own deadline. If the one that runs fails for
 * reasons of its own, such as its deadline, the next of them runs; any other failure is everybody's, and is not kept.
 *
 * <p>Values are lists of outputs as {@link dev.maas.tensor.Outputs} holds them, which nobody can change.
 */
final class ResultCache {
    private final Cache<ResultKey, List<Object>> results;
    private final ConcurrentHashMap<ResultKey, CompletableFuture<List<Object>>> underWay = new ConcurrentHashMap<>();
    private final Deadlines deadlines;

    ResultCache(ResultCacheOptions options, Deadlines deadlines) {
        this.deadlines = deadlines;
        this.results = Caffeine.newBuilder()
                .maximumWeight(options.maxBytes())
                .weigher((ResultKey key, List<Object> values) -> ResultWeight.of(values))
                .expireAfterWrite(options.maxAge())
                // What Caffeine does beside its callers is little, and needs no other thread.
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** Returns the outputs for an input: those kept, those of a call under way, or those of the run, which gets the time left. */
    List<Object> get(ResultKey key, CallOptions options, Function<CallOptions, List<Object>> run) {
        TimeLeft time = TimeLeft.of(options);
        while (true) {
            List<Object> known = results.getIfPresent(key);
            if (known != null) {
                return known;
            }
            CompletableFuture<List<Object>> mine = new CompletableFuture<>();
            CompletableFuture<List<Object>> other = underWay.putIfAbsent(key, mine);
            if (other == null) {
                return lead(key, mine, () -> run.apply(time.bound(options)));
            }
            try {
                return await(other, time);
            } catch (ExecutionException e) {
                if (!isOwn(e.getCause())) {
                    throw rethrown(e.getCause());
                }
            }
        }
    }

    /** A run by this thread. */
    private List<Object> lead(ResultKey key, CompletableFuture<List<Object>> mine, Supplier<List<Object>> run) {
        try {
            // Between this call's look and its turn another may have come and gone.
            List<Object> late = results.asMap().get(key);
            List<Object> values = late == null ? run.get() : late;
            succeed(key, mine, values);
            return values;
        } catch (RuntimeException | Error e) {
            fail(key, mine, e);
            throw e;
        }
    }

    private void succeed(ResultKey key, CompletableFuture<List<Object>> mine, List<Object> values) {
        results.put(key, values);
        underWay.remove(key, mine);
        mine.complete(values);
    }

    private void fail(ResultKey key, CompletableFuture<List<Object>> mine, Throwable failure) {
        underWay.remove(key, mine);
        mine.completeExceptionally(failure);
    }

    private static List<Object> await(CompletableFuture<List<Object>> other, TimeLeft time) throws ExecutionException {
        try {
            return time.isBounded() ? other.get(time.nanos(), TimeUnit.NANOSECONDS) : other.get();
        } catch (TimeoutException e) {
            throw exceeded();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("The calling thread was interrupted while another call ran the same input");
        } catch (CancellationException e) {
            throw new ExecutionException(e);
        }
    }

    private static DeadlineExceededException exceeded() {
        return new DeadlineExceededException(
                "The deadline passed while another call ran the same input. Allow more time");
    }

    /** Whether a failure says something about the call that ran rather than about its input. */
    private static boolean isOwn(@Nullable Throwable failure) {
        return failure instanceof DeadlineExceededException
                || failure instanceof OverloadedException
                || failure instanceof CancelledException
                || failure instanceof CancellationException;
    }

    private static RuntimeException rethrown(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }

    /**
     * As {@link #get}, for calls that do not wait.
     *
     * @param start starts a run and returns at once; cancelling what it returns stops the run
     */
    CompletableFuture<List<Object>> start(
            ResultKey key, CallOptions options, Function<CallOptions, CompletableFuture<List<Object>>> start) {
        List<Object> known = results.getIfPresent(key);
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        CompletableFuture<List<Object>> mine = new CompletableFuture<>();
        CompletableFuture<List<Object>> other = underWay.putIfAbsent(key, mine);
        return other == null ? startLead(key, mine, options, start) : new Following(key, options, start).follow(other);
    }

    private CompletableFuture<List<Object>> startLead(
            ResultKey key,
            CompletableFuture<List<Object>> mine,
            CallOptions options,
            Function<CallOptions, CompletableFuture<List<Object>>> start) {
        List<Object> late = results.asMap().get(key);
        if (late != null) {
            succeed(key, mine, late);
            return CompletableFuture.completedFuture(late);
        }
        CompletableFuture<List<Object>> run;
        try {
            run = start.apply(options);
        } catch (RuntimeException | Error e) {
            fail(key, mine, e);
            throw e;
        }
        CompletableFuture<List<Object>> unused = run.whenComplete((values, failure) -> {
            if (failure == null) {
                succeed(key, mine, values);
            } else {
                fail(key, mine, failure);
            }
        });
        return run;
    }

    /** A call that waits for the run of another, and runs itself if that comes to nothing. */
    private final class Following extends CompletableFuture<List<Object>> {
        private final ResultKey key;
        private final CallOptions options;
        private final TimeLeft time;
        private final Function<CallOptions, CompletableFuture<List<Object>>> start;
        private volatile @Nullable Future<?> ownRun;

        Following(ResultKey key, CallOptions options, Function<CallOptions, CompletableFuture<List<Object>>> start) {
            this.key = key;
            this.options = options;
            this.time = TimeLeft.of(options);
            this.start = start;
        }

        Following follow(CompletableFuture<List<Object>> other) {
            if (time.isBounded()) {
                Future<?> alarm = deadlines.after(time.nanos(), () -> deadlines.complete(this, exceeded()));
                CompletableFuture<List<Object>> unused = whenComplete((values, failure) -> alarm.cancel(false));
            }
            CompletableFuture<List<Object>> unused = other.whenComplete(this::take);
            return this;
        }

        private void take(@Nullable List<Object> values, @Nullable Throwable failure) {
            if (isDone()) {
                return;
            }
            if (!isOwn(failure)) {
                finish(values, failure);
                return;
            }
            try {
                CompletableFuture<List<Object>> next = ResultCache.this.start(key, time.bound(options), start);
                ownRun = next;
                if (isDone()) {
                    next.cancel(true);
                }
                CompletableFuture<List<Object>> unused = next.whenComplete(this::finish);
            } catch (RuntimeException e) {
                completeExceptionally(e);
            }
        }

        private void finish(@Nullable List<Object> values, @Nullable Throwable failure) {
            if (failure != null) {
                completeExceptionally(failure);
            } else if (values != null) {
                complete(values);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            Future<?> run = ownRun;
            if (run != null) {
                run.cancel(mayInterruptIfRunning);
            }
            return cancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }

    /** How the cache has done so far. */
    ResultCacheStatistics statistics() {
        CacheStats stats = results.stats();
        long bytes = results.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
        return new ResultCacheStatistics(
                stats.hitCount(), stats.missCount(), stats.evictionCount(), results.estimatedSize(), bytes);
    }

    /** The time until a call's deadline, if it has one. */
    private record TimeLeft(boolean isBounded, long deadline) {
        static TimeLeft of(CallOptions options) {
            if (options.timeout().isEmpty()) {
                return new TimeLeft(false, 0);
            }
            Duration longest = Duration.ofDays(365);
            Duration timeout = options.timeout().get();
            long nanos = (timeout.compareTo(longest) > 0 ? longest : timeout).toNanos();
            return new TimeLeft(true, System.nanoTime() + nanos);
        }

        long nanos() {
            return deadline - System.nanoTime();
        }

        /** The options with what is left of their time. */
        CallOptions bound(CallOptions options) {
            if (!isBounded) {
                return options;
            }
            long left = nanos();
            if (left <= 0) {
                throw exceeded();
            }
            return options.withTimeout(Duration.ofNanos(left));
        }
    }
}
