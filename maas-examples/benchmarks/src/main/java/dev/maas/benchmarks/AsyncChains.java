package dev.maas.benchmarks;

import dev.maas.Predictor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asynchronous callers without threads: each starts its next call when its last one completes, as reactive applications do. */
final class AsyncChains implements ClosedLoop.Caller {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Predictor<float[], float[]> predictor;
    private final float[] row;
    private final int chains;
    private final Consumer<float[]> check;
    private final LongAdder results = new LongAdder();
    private final Phaser running = new Phaser(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean closed;
    private boolean started;
    private long counted;

    AsyncChains(Predictor<float[], float[]> predictor, float[] row, int chains, Consumer<float[]> check) {
        this.predictor = predictor;
        this.row = row;
        this.chains = chains;
        this.check = check;
    }

    private void next() {
        if (closed || failure.get() != null) {
            running.arriveAndDeregister();
            return;
        }
        CompletableFuture<?> unused = predictor.predictAsync(row).whenComplete(this::completed);
    }

    private void completed(float @Nullable [] result, @Nullable Throwable error) {
        if (error != null || result == null) {
            failure.compareAndSet(null, error == null ? new IllegalStateException("No result") : error);
        } else {
            try {
                check.accept(result);
                results.increment();
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
            }
        }
        next();
    }

    /** Lets the chains run for a moment and returns the results since the last call. */
    @Override
    public int call() {
        if (!started) {
            started = true;
            running.bulkRegister(chains);
            for (int i = 0; i < chains; i++) {
                next();
            }
        }
        LockSupport.parkNanos(LOOK_NANOS);
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("A chain of calls broke", thrown);
        }
        long all = results.sum();
        int fresh = (int) (all - counted);
        counted = all;
        return fresh;
    }

    @Override
    public void close() {
        closed = true;
        running.arriveAndAwaitAdvance();
    }
}
