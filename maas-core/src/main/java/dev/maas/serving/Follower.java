package dev.maas.serving;

import dev.maas.ModelRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps targets up to date: looks at the registry at intervals, and whenever a watched model has news. Safe for use by any thread.
 */
final class Follower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

    private final ModelRegistry registry;
    private final Workshop workshop;
    private final long intervalNanos;
    private final List<Target> targets = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();

    // Guarded by lock.
    private final Set<String> watched = new HashSet<>();
    private final List<AutoCloseable> watches = new ArrayList<>();
    private boolean polling;
    private boolean closed;

    Follower(ModelRegistry registry, Workshop workshop, Duration interval) {
        this.registry = registry;
        this.workshop = workshop;
        this.intervalNanos = interval.toNanos();
    }

    void follow(Target target) {
        targets.add(target);
        String name = target.ref().name();
        boolean firstTarget;
        boolean firstOfName;
        synchronized (lock) {
            firstTarget = !polling;
            polling = true;
            firstOfName = watched.add(name);
        }
        if (firstTarget) {
            schedulePoll();
        }
        if (firstOfName) {
            watch(name);
        }
    }

    private void watch(String name) {
        @Nullable AutoCloseable watch = registry.watch(name, event -> inBackground(() -> refresh(name)));
        // A mocked registry watches nothing; the polls still find its news.
        if (watch == null) {
            return;
        }
        synchronized (lock) {
            if (!closed) {
                watches.add(watch);
                return;
            }
        }
        end(watch);
    }

    private void schedulePoll() {
        // Services that were started together do not stay in step.
        double jitter = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
        workshop.deadlines()
                .afterIfOpen(
                        (long) (intervalNanos * jitter),
                        () -> inBackground(() -> {
                            try {
                                targets.forEach(target -> target.refresh(false));
                            } finally {
                                schedulePoll();
                            }
                        }));
    }

    private void refresh(String name) {
        for (Target target : targets) {
            if (target.ref().name().equals(name)) {
                target.refresh(false);
            }
        }
    }

    private void inBackground(Runnable action) {
        try {
            workshop.executor().execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("The service is closing; it follows no alias any more");
        }
    }

    @Override
    public void close() {
        List<AutoCloseable> closing;
        synchronized (lock) {
            closed = true;
            closing = List.copyOf(watches);
            watches.clear();
        }
        closing.forEach(Follower::end);
    }

    private static void end(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception e) {
            LOG.warn("A watch of the registry could not be ended", e);
        }
    }
}
