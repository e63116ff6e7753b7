package dev.maas.batching;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts who is using a resource, so that it is freed when the last one is through and not before.
 *
 * <p>One word holds the number of leases and a bit that says «closing». A lease is granted only while the bit is not set, and
 * whoever brings the count to zero after it was set, the closer or the last holder, frees the resource; both facts change in the
 * same compare-and-set, so it is freed exactly once. Safe for use by any thread, without locks.
 */
final class Leases {
    private static final long CLOSING = 1L << 62;

    private final AtomicLong state = new AtomicLong();
    private final CompletableFuture<Void> freed = new CompletableFuture<>();
    private final Runnable free;

    /** Makes the count for a resource that {@code free} will free. */
    Leases(Runnable free) {
        this.free = free;
    }

    /** Takes a lease, unless the resource is closing. */
    boolean tryAcquire() {
        // Optimistic: one atomic addition on the way in, undone in the rare case that the resource is closing.
        if ((state.incrementAndGet() & CLOSING) == 0) {
            return true;
        }
        release();
        return false;
    }

    /** Takes one more lease, even of a closing resource; the calling thread holds one. */
    void acquireMore() {
        state.incrementAndGet();
    }

    /** Returns a lease; frees the resource if it was the last one of a closing resource. */
    void release() {
        if (state.decrementAndGet() == CLOSING) {
            freeOnce();
        }
    }

    private void freeOnce() {
        // A failed tryAcquire can bring the count back to zero any number of times; only one may free.
        if (state.compareAndSet(CLOSING, CLOSING | 1L << 61)) {
            try {
                free.run();
            } finally {
                freed.complete(null);
            }
        }
    }

    /** Grants no lease any more; the resource is freed when the last one comes back. Returns whether this call did it. */
    boolean beginClose() {
        long seen;
        do {
            seen = state.get();
            if ((seen & CLOSING) != 0) {
                return false;
            }
        } while (!state.compareAndSet(seen, seen | CLOSING));
        if (seen == 0) {
            freeOnce();
        }
        return true;
    }

    /**
     * Begins to close if nobody holds a lease at this moment, and returns whether that was so. From then on no lease is granted. The caller
     * frees the resource by {@link #finishClose()}.
     */
    boolean tryCloseIdle() {
        return state.compareAndSet(0, CLOSING);
    }

    /** Frees a resource that is closing, unless leases are still out or somebody is at it: whoever comes in vain may do it as well. */
    void finishClose() {
        if (state.get() == CLOSING) {
            freeOnce();
        }
    }

    /** Waits until the resource was freed; an interrupt ends the wait and stays set. */
    void awaitFreed() {
        try {
            freed.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("It is never completed with a failure", e);
        }
    }

    /** Completes when the resource was freed, in the thread that did it; not to be completed by others. */
    CompletableFuture<Void> freed() {
        return freed.copy();
    }

    /** Returns whether the resource was freed. */
    boolean isFreed() {
        return freed.isDone();
    }

    /** Returns whether the resource is closing or closed. */
    boolean isClosing() {
        return (state.get() & CLOSING) != 0;
    }

    /** Returns the number of leases at this moment. */
    long held() {
        return state.get() & ((1L << 61) - 1);
    }
}
