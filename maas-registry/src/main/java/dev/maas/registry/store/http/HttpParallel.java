package dev.maas.registry.store.http;

import dev.maas.ClosedException;
import dev.maas.RegistryException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads on which a store asks for several objects at once; they end when there is nothing to do. Safe for use by any thread. */
final class HttpParallel implements AutoCloseable {
    private final String name;
    private final ThreadPoolExecutor executor;

    HttpParallel(String name, int threads) {
        this.name = name;
        this.executor =
                new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "maas-" + name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    <T> Future<T> submit(Callable<T> task) {
        try {
            return executor.submit(task);
        } catch (RejectedExecutionException e) {
            throw new ClosedException(name + " was closed", e);
        }
    }

    /** Returns a result, or throws what the other thread threw. */
    <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException(name + ": interrupted while waiting for the server", e);
        } catch (CancellationException e) {
            throw new ClosedException(name + " was closed", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new RegistryException(name + ": cannot open several objects at once", e);
        }
    }

    @Override
    public void close() {
        // Who waits for what was never asked would wait for ever.
        for (Runnable unsent : executor.shutdownNow()) {
            if (unsent instanceof Future<?> future) {
                future.cancel(false);
            }
        }
    }
}
