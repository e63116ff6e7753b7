package dev.maas.batching;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does things at a time: one daemon thread for all models of a service, started with the first deadline.
 *
 * <p>Safe for use by any thread.
 */
public final class Deadlines implements AutoCloseable {
    private final ScheduledThreadPoolExecutor executor;

    /** Makes a timer without a thread yet. */
    public Deadlines() {
        executor = new ScheduledThreadPoolExecutor(1, runnable -> {
            Thread thread = new Thread(runnable, "maas-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Runs a short action after that time; it runs in the timer's thread. */
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

    /** Forgets what was to be done and ends the thread. Closing again does nothing. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
