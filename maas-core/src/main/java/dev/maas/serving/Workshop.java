package dev.maas.serving;

import dev.maas.batching.Deadlines;
import dev.maas.engine.Engines;
import dev.maas.gate.ModelGate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all models of one service or loader share: the engines, the gate, the threads. Safe for use by any thread.
 *
 * <p>The threads are daemons, made when needed and gone after some idle time: those that run batches of asynchronous calls, as many
 * as models have slots in use, one timer, and those that complete what it expires.
 */
final class Workshop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workshop.class);

    private static final long IDLE_SECONDS = 30;

    private final Engines engines;
    private final ModelGate gate = new ModelGate();
    private final Deadlines deadlines = new Deadlines();
    private final ResultCaches resultCaches = new ResultCaches(deadlines);
    private final ExecutorService executor;
    private final NativeHeap nativeHeap;

    Workshop(Engines engines) {
        this.engines = engines;
        AtomicInteger threads = new AtomicInteger();
        this.executor = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), runnable -> {
                    Thread thread = new Thread(runnable, "maas-worker-" + threads.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        this.nativeHeap = new NativeHeap(deadlines, executor);
    }

    Engines engines() {
        return engines;
    }

    ModelGate gate() {
        return gate;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    ResultCaches resultCaches() {
        return resultCaches;
    }

    NativeHeap nativeHeap() {
        return nativeHeap;
    }

    ExecutorService executor() {
        return executor;
    }

    /**
     * Ends the threads and closes the engines when all models are freed; at once if they are. An engine that goes before its models
     * takes the process with it.
     */
    void closeAfter(CompletableFuture<Void> freed) {
        if (freed.isDone()) {
            close();
            return;
        }
        CompletableFuture<Void> unused = freed.thenRun(this::close).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("What the models of a closed service shared could not be closed", failure);
            }
        });
    }

    /** Ends the threads and closes the engines; all models are closed. Closing again does nothing. */
    @Override
    public void close() {
        deadlines.close();
        executor.shutdown();
        engines.close();
    }
}
