package dev.maas.batching;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A call of a thread that waits for it. */
final class WaitingCall extends Call {
    private final Thread waiter = Thread.currentThread();

    WaitingCall(Rows rows, CallLimits limits) {
        super(rows, limits);
    }

    @Override
    @Nullable
    Thread waiter() {
        return waiter;
    }

    @Override
    boolean hasFollowers() {
        return false;
    }

    @Override
    void announce() {
        LockSupport.unpark(waiter);
    }
}
