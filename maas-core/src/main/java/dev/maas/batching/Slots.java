package dev.maas.batching;

import java.util.concurrent.atomic.AtomicInteger;

/** Permits for runs at the same time; a counter without a queue, as those who get none wait in the {@link CallQueue}. */
final class Slots {
    private final int count;
    private final AtomicInteger free;

    Slots(int count) {
        this.count = count;
        this.free = new AtomicInteger(count);
    }

    boolean tryAcquire() {
        int seen = free.get();
        while (seen > 0) {
            if (free.compareAndSet(seen, seen - 1)) {
                return true;
            }
            seen = free.get();
        }
        return false;
    }

    void release() {
        free.incrementAndGet();
    }

    int count() {
        return count;
    }

    int busy() {
        return count - free.get();
    }
}
