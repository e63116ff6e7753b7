package dev.maas.concurrency.sample;

import static dev.maas.concurrency.Proof.require;

import dev.maas.concurrency.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Small programs of which it is known whether they are right. */
public final class Samples {
    private Samples() {}

    /** Two threads, and nothing to check. */
    public abstract static class Two implements Scenario {
        /** Makes one. */
        protected Two() {}

        abstract void first();

        abstract void second();

        @Override
        public List<Runnable> threads() {
            return List.of(this::first, this::second);
        }

        @Override
        public void check() {}
    }

    /** Wrong: reads, adds and writes in two steps. */
    public static final class LostUpdate extends Two {
        private final AtomicInteger counter = new AtomicInteger();

        @Override
        void first() {
            counter.set(counter.get() + 1);
        }

        @Override
        void second() {
            first();
        }

        @Override
        public void check() {
            require(counter.get() == 2, "both were counted");
        }
    }

    /** Wrong: tells where to find it only after it looked whether it need wait. */
    public static final class LostWakeUp extends Two {
        private final AtomicReference<Thread> waiter = new AtomicReference<>();
        private final AtomicBoolean ready = new AtomicBoolean();

        @Override
        void first() {
            if (!ready.get()) {
                waiter.set(Thread.currentThread());
                LockSupport.park(this);
            }
        }

        @Override
        void second() {
            ready.set(true);
            LockSupport.unpark(waiter.get());
        }
    }

    /** Right: tells first, and looks again. */
    public static final class WakeUp extends Two {
        private final AtomicReference<Thread> waiter = new AtomicReference<>();
        private final AtomicBoolean ready = new AtomicBoolean();

        @Override
        void first() {
            waiter.set(Thread.currentThread());
            while (!ready.get()) {
                LockSupport.park(this);
            }
        }

        @Override
        void second() {
            ready.set(true);
            LockSupport.unpark(waiter.get());
        }
    }

    /** Wrong: takes two locks in two orders. */
    public static final class CrossedLocks extends Two {
        private final ReentrantLock left = new ReentrantLock();
        private final ReentrantLock right = new ReentrantLock();
        private int both;

        @Override
        void first() {
            lockBoth(left, right);
        }

        @Override
        void second() {
            lockBoth(right, left);
        }

        private void lockBoth(ReentrantLock one, ReentrantLock other) {
            one.lock();
            try {
                other.lock();
                try {
                    both++;
                } finally {
                    other.unlock();
                }
            } finally {
                one.unlock();
            }
        }

        @Override
        public void check() {
            require(both == 2, "both threads had both locks");
        }
    }

    /** Wrong: hands plain memory over through a plain field. */
    public static final class PlainFlag extends Two {
        private int payload;
        private boolean ready;

        @Override
        void first() {
            payload = 1;
            ready = true;
        }

        @Override
        void second() {
            require(!ready || payload == 1, "what is ready is there");
        }
    }

    /** Right: hands plain memory over through a volatile field. */
    public static final class VolatileFlag extends Two {
        private int payload;
        private volatile boolean ready;

        @Override
        void first() {
            payload = 1;
            ready = true;
        }

        @Override
        void second() {
            require(!ready || payload == 1, "what is ready is there");
        }
    }

    /** Wrong: two threads fill a plain list. */
    public static final class PlainList extends Two {
        private final List<String> list = new ArrayList<>();

        @Override
        void first() {
            list.add("first");
        }

        @Override
        void second() {
            list.add("second");
        }
    }

    /** What the explorer could not prove: it takes turns, and this need not. */
    public static final class WeakAccess extends Two {
        private final AtomicInteger counter = new AtomicInteger();

        @Override
        void first() {
            counter.setRelease(1);
        }

        @Override
        void second() {
            counter.getAcquire();
        }
    }

    /** Each thread writes its own and reads the other's; taking turns, three of four outcomes are possible. */
    public static final class StoreAndLoad extends Two {
        /** The outcomes that were seen. */
        private final AtomicInteger left = new AtomicInteger();

        private final AtomicInteger right = new AtomicInteger();
        private int seenByFirst;
        private int seenBySecond;

        @Override
        void first() {
            left.set(1);
            seenByFirst = right.get();
        }

        @Override
        void second() {
            right.set(1);
            seenBySecond = left.get();
        }

        @Override
        public void check() {
            String outcome = "maas.outcome." + seenByFirst + seenBySecond;
            System.setProperty(outcome, "seen");
        }
    }

    /** A wait with a time limit ends either way. */
    public static final class Patience extends Two {
        private volatile boolean ready;
        private boolean late;

        @Override
        void first() {
            long deadline = System.nanoTime() + 1_000_000;
            while (!ready && System.nanoTime() < deadline) {
                LockSupport.parkNanos(this, deadline - System.nanoTime());
            }
            late = !ready;
        }

        @Override
        void second() {
            ready = true;
        }

        @Override
        public void check() {
            System.setProperty("maas.outcome." + (late ? "late" : "in-time"), "seen");
        }
    }
}
