package dev.maas.serving;

import dev.maas.batching.ModelRunner;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a model give back the memory that its engine keeps between runs, once it has not been run for some time.
 *
 * <p>It looks at intervals whether there were runs since the last look, so that a run pays nothing for it; hence memory is given back
 * after one to two intervals without any. It ends by itself when the model was freed, and keeps nothing of it in memory.
 */
final class IdleTrim {
    private static final Logger LOG = LoggerFactory.getLogger(IdleTrim.class);

    private final WeakReference<ModelRunner> runner;
    private final String name;
    private final long intervalNanos;
    private final Workshop workshop;
    // One look at a time; each happens before the next is scheduled.
    private long seen;
    private boolean trimmed;

    private IdleTrim(ModelRunner runner, String name, Duration idle, Workshop workshop) {
        this.runner = new WeakReference<>(runner);
        this.name = name;
        this.intervalNanos = idle.toNanos();
        this.workshop = workshop;
        this.seen = runner.uses();
    }

    /** Begins to look after a version, unless its options say that it keeps its memory. */
    static void lookAfter(LoadedVersion version, Duration idle, Workshop workshop) {
        if (!idle.isZero()) {
            new IdleTrim(version.runner(), version.ref().toString(), idle, workshop).scheduleLook();
        }
    }

    private void scheduleLook() {
        workshop.deadlines().afterIfOpen(intervalNanos, this::look);
    }

    private void look() {
        ModelRunner model = runner.get();
        if (model == null || model.isFreed()) {
            return;
        }
        long uses = model.uses();
        if (uses != seen) {
            seen = uses;
            trimmed = false;
        } else if (!trimmed) {
            trimmed = true;
            trim(model);
        }
        scheduleLook();
    }

    private void trim(ModelRunner model) {
        try {
            // The timer's thread serves everybody's deadlines.
            workshop.executor().execute(() -> {
                try {
                    model.trim();
                    workshop.nativeHeap().trimSoon();
                } catch (RuntimeException e) {
                    LOG.warn("'{}' could not give back its idle memory", name, e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("The service is closing; '{}' will be freed as a whole", name);
        }
    }
}
