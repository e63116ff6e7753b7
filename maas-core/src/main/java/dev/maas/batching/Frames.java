package dev.maas.batching;

import dev.maas.engine.LoadedModel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The frames of one model: those for a run that has the machine to itself, and those for runs beside others.
 *
 * <p>Safe for use by any thread.
 */
final class Frames implements AutoCloseable {
    private final Set<PooledFrame> all = ConcurrentHashMap.newKeySet();
    private final LongAdder usesOfClosed = new LongAdder();
    private final FramePool forRunsAlone;
    private final FramePool forRunsBesideOthers;

    /** Makes empty pools that keep so many idle frames each, at most. */
    Frames(int capacity, LoadedModel model) {
        this.forRunsAlone = new FramePool(capacity, model::newFrame, all, usesOfClosed);
        this.forRunsBesideOthers = new FramePool(capacity, model::newThroughputFrame, all, usesOfClosed);
    }

    /** Takes a frame; the calling thread owns it until it gives it back to its pool. */
    PooledFrame take(boolean besideOthers) {
        return besideOthers ? forRunsBesideOthers.take() : forRunsAlone.take();
    }

    /** All frames there are, idle or in use; weakly consistent. */
    Iterable<PooledFrame> all() {
        return all;
    }

    /** How many calls the frames have run. */
    long uses() {
        long uses = usesOfClosed.sum();
        for (PooledFrame frame : all) {
            uses += frame.uses();
        }
        return uses;
    }

    /** Closes the frames that nobody uses at this moment. */
    void closeIdle() {
        try {
            forRunsAlone.closeIdle();
        } finally {
            forRunsBesideOthers.closeIdle();
        }
    }

    /** Closes the idle frames; no frame is out. */
    @Override
    public void close() {
        closeIdle();
    }
}
