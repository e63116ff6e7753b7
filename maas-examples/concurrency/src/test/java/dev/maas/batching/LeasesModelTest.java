package dev.maas.batching;

import static dev.maas.concurrency.Proof.require;

import dev.maas.concurrency.Proof;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** No lease is granted after the close began, nothing is freed under a lease, and it is freed once. */
public class LeasesModelTest {
    private final AtomicInteger freed = new AtomicInteger();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Leases leases = new Leases(freed::incrementAndGet);

    /** A call. */
    @Operation
    public void use() {
        boolean late = closing.get();
        if (leases.tryAcquire()) {
            require(!late, "no lease is granted after the close began");
            require(freed.get() == 0, "nothing is freed under a lease");
            leases.release();
        }
    }

    /** An asynchronous call, which takes a lease more, for another thread to return. */
    @Operation
    public void useTwice() {
        if (leases.tryAcquire()) {
            leases.acquireMore();
            leases.release();
            require(freed.get() == 0, "nothing is freed under a lease");
            leases.release();
        }
    }

    /** A close. */
    @Operation
    public void close() {
        leases.beginClose();
        closing.set(true);
    }

    /** What must hold in the end. */
    @Validate
    public void freedOnce() {
        leases.beginClose();
        require(freed.get() == 1, "it is freed once; was " + freed.get() + " times");
        require(leases.held() == 0 && leases.isFreed(), "nothing is held in the end");
        require(!leases.tryAcquire(), "no lease is granted after the close");
    }

    @Test
    void aResourceIsFreedOnceAndNeverInUse() {
        Proof.explore(LeasesModelTest.class, 5, 100, true);
    }
}
