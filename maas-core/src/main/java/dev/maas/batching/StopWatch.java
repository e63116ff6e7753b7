package dev.maas.batching;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Stops the runs of one model whose time is up.
 *
 * <p>A run with a deadline costs two writes to its frame, not a timer: one scan of the frames is scheduled for the earliest
 * deadline, and finds out then which runs are still under way. Under a steady load of calls with one timeout there is one scan per
 * timeout, however many calls. Safe for use by any thread.
 */
final class StopWatch {
    private static final long NONE = Long.MAX_VALUE;
    private static final long NEVER_NANOS = Long.MAX_VALUE / 4;

    private final Frames frames;
    private final Deadlines deadlines;
    private final long origin = System.nanoTime();

    /** When the next scan is due, in nanoseconds since the origin. */
    private final AtomicLong nextScan = new AtomicLong(NONE);

    StopWatch(Frames frames, Deadlines deadlines) {
        this.frames = frames;
        this.deadlines = deadlines;
    }

    /** Lets the frame's next run be stopped by others, and at that time in any case; see {@link PooledFrame#arm}. */
    long arm(PooledFrame frame, long stopAt) {
        long armed = frame.arm(stopAt);
        scanAt(stopAt - origin);
        return armed;
    }

    /** Lets the frame's next run be stopped by others, at no certain time. */
    static long arm(PooledFrame frame) {
        return frame.arm(System.nanoTime() + NEVER_NANOS);
    }

    private void scanAt(long due) {
        long seen = nextScan.get();
        while (due < seen) {
            if (nextScan.compareAndSet(seen, due)) {
                long wait = Math.max(0, due + origin - System.nanoTime());
                deadlines.afterIfOpen(wait, () -> scan(due));
                return;
            }
            seen = nextScan.get();
        }
    }

    private void scan(long due) {
        // An earlier scan was scheduled meanwhile and has taken this one's place, unless it ran already.
        nextScan.compareAndSet(due, NONE);
        long now = System.nanoTime();
        long earliest = NONE;
        for (PooledFrame frame : frames.all()) {
            long armed = frame.armed();
            long stopAt = frame.stopAt();
            // If the run changed in between, the time may be another run's; the new run has its own scan.
            if (armed == 0 || frame.armed() != armed) {
                continue;
            }
            if (stopAt - now <= 0) {
                frame.stop(armed);
            } else if (stopAt - now < NEVER_NANOS / 2) {
                earliest = Math.min(earliest, stopAt - origin);
            }
        }
        if (earliest != NONE) {
            scanAt(earliest);
        }
    }
}
