package dev.maas.registry.store;

import dev.maas.ClosedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which a store sends several requests at once. They never wait for each other, and end when there is nothing to do. Safe for
 * use by any thread; for sibling packages only.
 */
public final class RequestThreads implements AutoCloseable {
    private static final int THREADS = 16;

    private final String name;
    private final ThreadPoolExecutor executor;

    /** Makes threads for the store of that name; none is started before it is needed. */
    public RequestThreads(String name) {
        this.name = name;
        this.executor =
                new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "maas-" + name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Sends a request on another thread.
     *
     * @throws ClosedException if the store was closed
     */
    public <T> Future<T> submit(Callable<T> request) {
        try {
            return executor.submit(request);
        } catch (RejectedExecutionException e) {
            throw new ClosedException(name + " was closed", e);
        }
    }

    /**
     * Returns a result, or throws what the other thread threw.
     *
     * @throws IOException if the other thread did, or this one was interrupted, or the store was closed meanwhile
     */
    public static <T> T get(Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while waiting for the server").initCause(e);
        } catch (CancellationException e) {
            throw new IOException("The store was closed meanwhile", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IOException(cause);
        }
    }

    @Override
    public void close() {
        // Who waits for a request that was never sent would wait for ever.
        for (Runnable unsent : executor.shutdownNow()) {
            if (unsent instanceof Future<?> future) {
                future.cancel(false);
            }
        }
    }
}
