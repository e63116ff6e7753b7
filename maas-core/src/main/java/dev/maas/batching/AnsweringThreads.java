package dev.maas.batching;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The threads that answer asynchronous calls of one model at this moment.
 *
 * <p>Such a thread runs what the application attached to the futures, and holds leases meanwhile, and in most cases a slot. What was
 * attached may call the same model, and would then wait for a slot that its own thread holds; or it may close the model, and would
 * wait for its own lease. So a thread that is about to wait asks here first. Safe for use by any thread.
 */
final class AnsweringThreads {
    private final ConcurrentHashMap<Thread, Held> threads = new ConcurrentHashMap<>();

    /** What a thread holds; only that thread reads and writes it. */
    private static final class Held {
        private int turns;
        private int slots;
    }

    /** Tells that the calling thread begins to answer, with so many slots in its hands: one or none. Turns may be nested. */
    void begin(int slots) {
        Held held = threads.computeIfAbsent(Thread.currentThread(), unused -> new Held());
        held.turns++;
        held.slots += slots;
    }

    /** Tells that the calling thread ends the turn that it began last. */
    void end() {
        Held held = threads.get(Thread.currentThread());
        if (held != null && --held.turns == 0) {
            threads.remove(Thread.currentThread());
        }
    }

    /** Whether the calling thread is answering. */
    boolean includeCaller() {
        return !threads.isEmpty() && threads.containsKey(Thread.currentThread());
    }

    /** Takes all slots out of the calling thread's hands, as it is about to wait; returns how many, for the caller to release. */
    int takeSlots() {
        Held held = threads.isEmpty() ? null : threads.get(Thread.currentThread());
        if (held == null) {
            return 0;
        }
        int slots = held.slots;
        held.slots = 0;
        return slots;
    }

    /** Takes one slot out of the calling thread's hands; false if that was done while it answered. */
    boolean takeSlot() {
        Held held = threads.get(Thread.currentThread());
        if (held == null || held.slots == 0) {
            return false;
        }
        held.slots--;
        return true;
    }

    /** Whether the calling thread has a slot in its hands still. */
    boolean callerHasSlot() {
        Held held = threads.get(Thread.currentThread());
        return held != null && held.slots > 0;
    }
}
