package dev.maas.batching;

import static dev.maas.concurrency.Proof.require;

import dev.maas.concurrency.Scenario;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** What threads do with the leases of one resource. */
final class LeasesScenarios {
    private LeasesScenarios() {}

    /** No lease is granted after the close began, nothing is freed under a lease, and it is freed once. */
    abstract static class Leased implements Scenario {
        final AtomicInteger freed = new AtomicInteger();
        final AtomicBoolean closing = new AtomicBoolean();
        final Leases leases = new Leases(this::free);
        private List<Runnable> threads = List.of();

        final void run(Runnable... operations) {
            threads = List.of(operations);
        }

        @Override
        public final List<Runnable> threads() {
            return threads;
        }

        @Override
        public final int preemptions() {
            return 3;
        }

        private void free() {
            freed.incrementAndGet();
        }

        /** A call. */
        final void use() {
            boolean late = closing.get();
            if (leases.tryAcquire()) {
                require(!late, "no lease is granted after the close began");
                require(freed.get() == 0, "nothing is freed under a lease");
                leases.release();
            }
        }

        /** An asynchronous call, which takes a lease more, for another thread to return. */
        final void useTwice() {
            if (leases.tryAcquire()) {
                leases.acquireMore();
                leases.release();
                require(freed.get() == 0, "nothing is freed under a lease");
                leases.release();
            }
        }

        /** A close that waits for those under way. */
        final void close() {
            leases.beginClose();
            closing.set(true);
            leases.awaitFreed();
            require(freed.get() == 1, "whoever waited for the end finds it freed");
        }

        @Override
        public final void check() {
            leases.beginClose();
            require(freed.get() == 1, "it is freed once; was " + freed.get() + " times");
            require(leases.held() == 0 && leases.isFreed(), "nothing is held in the end");
            require(!leases.tryAcquire(), "no lease is granted after the close");
        }
    }

    /** Two calls and a close. */
    static final class CallsAndClose extends Leased {
        CallsAndClose() {
            run(this::use, this::useTwice, this::close);
        }
    }

    /** Two closes of a resource that is in use. */
    static final class TwoCloses extends Leased {
        TwoCloses() {
            Runnable close = this::close;
            run(close, close, this::use);
        }
    }

    /** A close of what nobody uses, such as for want of memory, while calls come. */
    static final class CloseIfIdle extends Leased {
        CloseIfIdle() {
            Runnable use = this::use;
            run(use, use, () -> {
                if (leases.tryCloseIdle()) {
                    closing.set(true);
                    leases.finishClose();
                }
            });
        }
    }
}
