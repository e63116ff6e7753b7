package dev.maas.batching;

import dev.maas.engine.RunFrame;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Frames that wait for their next run.
 *
 * <p>A fixed array of cells; a thread begins its search at a cell of its own, so that threads keep out of each other's way and a
 * frame's memory stays in the cache of the processor that used it last. No locks, and no allocation but for new frames. The pool
 * makes a frame when all cells are empty, and closes one when all are full. Safe for use by any thread.
 */
final class FramePool {
    private final AtomicReferenceArray<PooledFrame> cells;
    private final int mask;
    private final Supplier<RunFrame> factory;
    private final Set<PooledFrame> all;
    private final LongAdder usesOfClosed;

    /**
     * Makes an empty pool.
     *
     * @param capacity how many idle frames to keep at most; rounded up to a power of two
     * @param all holds each frame from when it is made until it is closed
     * @param usesOfClosed gets the calls of each frame that is closed
     */
    FramePool(int capacity, Supplier<RunFrame> factory, Set<PooledFrame> all, LongAdder usesOfClosed) {
        int size = Integer.highestOneBit(Math.max(1, capacity - 1)) << 1;
        this.cells = new AtomicReferenceArray<>(size);
        this.mask = size - 1;
        this.factory = factory;
        this.all = all;
        this.usesOfClosed = usesOfClosed;
    }

    /** Takes a frame; the calling thread owns it until {@link #give} or {@link #discard}. */
    PooledFrame take() {
        int start = home();
        for (int i = 0; i <= mask; i++) {
            int cell = (start + i) & mask;
            // A plain look first: an exchange would take the cache line from its owner even if the cell is empty.
            if (cells.getPlain(cell) != null) {
                PooledFrame frame = cells.getAndSet(cell, null);
                if (frame != null) {
                    frame.own();
                    return frame;
                }
            }
        }
        PooledFrame frame = new PooledFrame(factory.get(), this);
        all.add(frame);
        frame.own();
        return frame;
    }

    /** Returns a frame for others to take. */
    void give(PooledFrame frame) {
        frame.disown();
        int start = home();
        for (int i = 0; i <= mask; i++) {
            int cell = (start + i) & mask;
            if (cells.getPlain(cell) == null && cells.compareAndSet(cell, null, frame)) {
                return;
            }
        }
        close(frame);
    }

    /** Closes a frame that must not be used again. */
    void discard(PooledFrame frame) {
        frame.disown();
        close(frame);
    }

    private void close(PooledFrame frame) {
        all.remove(frame);
        usesOfClosed.add(frame.uses());
        frame.frame().close();
    }

    /** Closes the frames that are idle at this moment. */
    void closeIdle() {
        for (int cell = 0; cell <= mask; cell++) {
            PooledFrame frame = cells.getAndSet(cell, null);
            if (frame != null) {
                close(frame);
            }
        }
    }

    private int home() {
        // Thread ids are consecutive; the multiplier (2^32 divided by the golden ratio) spreads neighbours.
        return (int) ((Thread.currentThread().getId() * 0x9E3779B9L) >>> 16) & mask;
    }
}
