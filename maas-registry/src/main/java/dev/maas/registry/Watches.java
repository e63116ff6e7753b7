package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.RegistryEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of new entries. One thread looks for all of them, in intervals that vary so that many processes do not look at once, and that
 * grow while the store fails. A look is one look-up of the key that comes next. Safe for use by any thread.
 */
final class Watches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);
    private static final double JITTER = 0.2;

    private final LogReader logs;
    private final Duration interval;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor executor;

    Watches(LogReader logs, Duration interval, String name) {
        this.logs = logs;
        this.interval = interval;
        this.executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "maas-watch " + name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // No thread while nobody watches.
        executor.setKeepAliveTime(10, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
    }

    /** Watches a model from the entry behind that one. */
    AutoCloseable watch(String model, long after, Consumer<RegistryEvent> listener) {
        Watch watch = new Watch(model, after + 1, listener);
        watches.add(watch);
        watch.schedule();
        return watch;
    }

    /** Lets the watches of a model look at once, after this process committed to it. */
    void poke(String model) {
        for (Watch watch : watches) {
            if (watch.model.equals(model)) {
                try {
                    executor.execute(watch::look);
                } catch (RejectedExecutionException e) {
                    // The registry was closed meanwhile, and nobody listens any more.
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        watches.clear();
        executor.shutdown();
    }

    /** One listener. Its fields are used by the executor's only thread, {@code closed} by all. */
    private final class Watch implements AutoCloseable {
        private final String model;
        private final Consumer<RegistryEvent> listener;
        private long next;
        private int failures;
        private volatile boolean closed;
        private volatile @Nullable ScheduledFuture<?> scheduled;

        Watch(String model, long next, Consumer<RegistryEvent> listener) {
            this.model = model;
            this.next = next;
            this.listener = listener;
        }

        private void schedule() {
            if (closed) {
                return;
            }
            // Never longer: who set the interval counts on hearing within it.
            double factor = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
            long nanos = Math.min(interval.toNanos() << Math.min(failures, 16), LONGEST_INTERVAL.toNanos());
            nanos = Math.max(nanos, interval.toNanos());
            try {
                scheduled = executor.schedule(this::run, (long) (nanos * factor), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                // The registry was closed meanwhile.
                closed = true;
            }
        }

        private void run() {
            look();
            schedule();
        }

        private void look() {
            try {
                while (!closed && logs.exists(model, next)) {
                    @Nullable RegistryEvent event = read();
                    if (event == null) {
                        return;
                    }
                    next++;
                    tell(event);
                }
                failures = 0;
            } catch (RuntimeException e) {
                // A watch outlives whatever a store throws.
                failed(e);
            }
        }

        /** Reads the next event; one that is damaged for good, since there are entries behind it, is passed over. */
        private @Nullable RegistryEvent read() {
            try {
                Optional<LogReader.Read> read = logs.entry(model, next);
                return read.map(found -> found.entry().event()).orElse(null);
            } catch (IntegrityException e) {
                if (!logs.exists(model, next + 1)) {
                    throw e;
                }
                LOG.warn("A watch of '{}' passes over a damaged entry: {}", model, e.getMessage());
                next++;
                return read();
            }
        }

        private void failed(RuntimeException e) {
            failures++;
            // Once per trouble is enough for a log.
            if (failures == 1) {
                LOG.warn("A watch of '{}' cannot read its store, and goes on trying: {}", model, e.getMessage());
            }
        }

        private void tell(RegistryEvent event) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("A listener to '{}' failed at entry {}", model, event.sequence(), e);
            }
        }

        @Override
        public void close() {
            closed = true;
            watches.remove(this);
            ScheduledFuture<?> pending = scheduled;
            if (pending != null) {
                pending.cancel(false);
            }
        }
    }
}
