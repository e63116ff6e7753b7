package dev.maas.registry.store.oci;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** A lock for each of any number of names; one that nobody holds or waits for takes no memory. Safe for use by any thread. */
final class KeyLocks {
    // Guarded by this map itself, for no longer than a look-up.
    private final Map<String, Counted> locks = new HashMap<>();

    private static final class Counted {
        private final ReentrantLock lock = new ReentrantLock();

        /** Guarded by the map. */
        private int users;
    }

    /** What is done under a lock. */
    interface Action<T> {
        T act() throws IOException;
    }

    /** Waits for a lock, acts, and gives it back. */
    <T> T holding(String name, Action<T> action) throws IOException {
        Counted counted;
        synchronized (locks) {
            counted = locks.computeIfAbsent(name, key -> new Counted());
            counted.users++;
        }
        counted.lock.lock();
        try {
            return action.act();
        } finally {
            counted.lock.unlock();
            synchronized (locks) {
                counted.users--;
                if (counted.users == 0) {
                    locks.remove(name);
                }
            }
        }
    }

    /** Returns how many names have a lock now. */
    int size() {
        synchronized (locks) {
            return locks.size();
        }
    }
}
