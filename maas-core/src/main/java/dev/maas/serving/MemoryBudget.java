package dev.maas.serving;

import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The account of the memory that versions take: what is given out never exceeds the budget, at no moment and whoever asks.
 *
 * <p>Each version has a {@link Share}, taken before its load begins and given back when its memory was freed, so that a version counts
 * from its first byte to its last: while it loads, beside the one that it is to replace, and while calls on a superseded one finish.
 * Safe for use by any thread; only {@link #awaitRelease} blocks.
 */
final class MemoryBudget {
    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    // Guarded by lock.
    private long taken;
    private long highest;
    private long releases;

    private MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Returns a budget of so many bytes; without a bound if there are none. */
    static MemoryBudget of(OptionalLong bytes) {
        return new MemoryBudget(bytes.orElse(Long.MAX_VALUE));
    }

    /** A part of the budget. Safe for use by any thread; closing it again does nothing. */
    final class Share implements AutoCloseable {
        // Guarded by lock.
        private long bytes;
        private boolean closed;

        private Share(long bytes) {
            this.bytes = bytes;
        }

        long bytes() {
            lock.lock();
            try {
                return bytes;
            } finally {
                lock.unlock();
            }
        }

        /** Makes the share larger or smaller; returns false, and changes nothing, if the budget has no room for more. */
        boolean tryResize(long newBytes) {
            lock.lock();
            try {
                return !closed && tryAdd(newBytes - bytes) && set(newBytes);
            } finally {
                lock.unlock();
            }
        }

        private boolean set(long newBytes) {
            bytes = newBytes;
            return true;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed) {
                    closed = true;
                    boolean unused = tryAdd(-bytes);
                    bytes = 0;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** The lock is held. */
    private boolean tryAdd(long more) {
        if (more > limit - taken) {
            return false;
        }
        taken += more;
        highest = Math.max(highest, taken);
        if (more < 0) {
            releases++;
            released.signalAll();
        }
        return true;
    }

    /** Takes so many bytes; null if the budget has no room for them. */
    @Nullable
    Share tryTake(long bytes) {
        lock.lock();
        try {
            return tryAdd(bytes) ? new Share(bytes) : null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until some share becomes smaller, for that time at most.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    void awaitRelease(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long seen = releases;
            long left = nanos;
            while (releases == seen && left > 0) {
                left = released.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isLimited() {
        return limit != Long.MAX_VALUE;
    }

    /** The budget in bytes; the largest number if there is no bound. */
    long limit() {
        return limit;
    }

    long taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** The figures as a health report shows them. */
    ServiceHealth.Memory report(long evictions) {
        lock.lock();
        try {
            OptionalLong budget = isLimited() ? OptionalLong.of(limit) : OptionalLong.empty();
            return new ServiceHealth.Memory(taken, budget, highest, evictions);
        } finally {
            lock.unlock();
        }
    }
}
