package dev.maas.batching;

import dev.maas.engine.RunFrame;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A frame with what the runner needs to know about it: who uses it, and when its run must be stopped.
 *
 * <p>Stopping a run from outside must not hit the next run of the same frame, nor a frame that is being closed. So a run that may
 * be stopped is armed first, which gives it a number of its own. Whoever wants to stop it claims that number (armed → stopping),
 * calls the engine, and says so (→ stopped). The owner disarms after the run (armed → idle); if somebody claimed it, the owner
 * waits for the engine's call to return, and the frame is spent.
 */
final class PooledFrame {
    private static final int PHASE_BITS = 2;
    private static final long PHASES = (1 << PHASE_BITS) - 1;
    private static final long IDLE = 0;
    private static final long ARMED = 1;
    private static final long STOPPING = 2;
    private static final long STOPPED = 3;

    private final RunFrame frame;
    private final FramePool pool;

    /** The number of the run, and its phase in the lowest bits. */
    private final AtomicLong state = new AtomicLong();

    /** When to stop the present run, by {@link System#nanoTime()}; written before the run is armed. */
    private volatile long stopAt;

    /** How many calls the frame has run; the owner writes it, others read it and may miss the latest. */
    private long uses;

    /** The thread that uses the frame; others read it only to find out whether they are that thread. */
    private @Nullable Thread owner;

    PooledFrame(RunFrame frame, FramePool pool) {
        this.frame = frame;
        this.pool = pool;
    }

    /** Puts the frame back for others, or closes it if its run was stopped. */
    void giveBack() {
        if (disarm()) {
            pool.give(this);
        } else {
            pool.discard(this);
        }
    }

    RunFrame frame() {
        return frame;
    }

    void own() {
        owner = Thread.currentThread();
        uses++;
    }

    /** Counts calls beyond the first that share the run. */
    void alsoUsedBy(int calls) {
        uses += calls;
    }

    long uses() {
        return uses;
    }

    void disown() {
        owner = null;
    }

    /** Whether the calling thread uses this frame; exact for that thread, and false for every other. */
    boolean isOwnedByCaller() {
        return owner == Thread.currentThread();
    }

    /** Lets others stop the run that comes next. Returns what they need to do it. */
    long arm(long stopAtNanos) {
        stopAt = stopAtNanos;
        long run = (state.getPlain() & ~PHASES) + (1 << PHASE_BITS);
        state.set(run | ARMED);
        return run | ARMED;
    }

    /** Ends the time in which the run may be stopped. Returns whether the frame can be used again. */
    boolean disarm() {
        long seen = state.get();
        if ((seen & PHASES) == IDLE) {
            return true;
        }
        if ((seen & PHASES) == ARMED && state.compareAndSet(seen, seen & ~PHASES)) {
            return true;
        }
        while ((state.get() & PHASES) == STOPPING) {
            Thread.onSpinWait();
        }
        return false;
    }

    /** What is needed to stop the present run, or 0 if it may not be stopped. */
    long armed() {
        long seen = state.get();
        return (seen & PHASES) == ARMED ? seen : 0;
    }

    /** When to stop the run of that number; any time at all if it is over. */
    long stopAt() {
        return stopAt;
    }

    /** Stops the run of that number, if it is still under way; any thread. */
    void stop(long armed) {
        if (state.compareAndSet(armed, (armed & ~PHASES) | STOPPING)) {
            try {
                frame.interrupt();
            } finally {
                state.set((armed & ~PHASES) | STOPPED);
            }
        }
    }
}
