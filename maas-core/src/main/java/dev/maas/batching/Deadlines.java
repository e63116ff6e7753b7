package dev.maas.batching;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does things at a time: one daemon thread for all models of a service, started with the first deadline, and threads that complete
 * futures for it, one as a rule.
 *
 * <p>Everybody's deadlines wait for the one thread, so it must run nothing of the application's: what is attached to a future runs in the
 * thread that completes it, takes as long as it likes, and may wait for a deadline itself. Hence {@link #complete}. Its threads
 * are as many as are busy at once, since with any fixed number all might wait for a future that none is left to complete.
 *
 * <p>Safe for use by any thread.
 */
public final class Deadlines implements AutoCloseable {
    private static final long IDLE_SECONDS = 30;

    private final ScheduledThreadPoolExecutor executor;
    private final ThreadPoolExecutor completer;

    /** Makes a timer without a thread yet. */
    public Deadlines() {
        executor = new ScheduledThreadPoolExecutor(1, daemons("maas-deadlines"));
        completer = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                daemons("maas-expired"));
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static ThreadFactory daemons(String name) {
        return runnable -> {
            Thread thread = new Thread(runnable, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Runs a short action after that time, in the timer's thread; it completes no future but by {@link #complete}. */
    public Future<?> after(long nanos, Runnable action) {
        return executor.schedule(action, nanos, TimeUnit.NANOSECONDS);
    }

    /** As {@link #after}, but does nothing if the timer was closed: whoever closed it gave up what was under way. */
    public void afterIfOpen(long nanos, Runnable action) {
        try {
            Future<?> unused = executor.schedule(action, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (!executor.isShutdown()) {
                throw e;
            }
        }
    }

    /** Fails a future whose time is up, in another thread; in the calling one if the timer was closed or there is no thread to be had. */
    public void complete(CompletableFuture<?> expired, Throwable failure) {
        try {
            completer.execute(() -> expired.completeExceptionally(failure));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // Java reports it as a lack of memory if the system grants it no thread.
            expired.completeExceptionally(failure);
        }
    }

    /** Forgets what was to be done, and ends the threads when they are through. Closing again does nothing. */
    @Override
    public void close() {
        executor.shutdownNow();
        completer.shutdown();
    }
}
