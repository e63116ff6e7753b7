package dev.maas.batching;

import dev.maas.CallOptions.Priority;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** A dispatcher with all that it needs, over a model that is none. */
final class Combining {
    static final CallLimits NO_LIMITS = new CallLimits(false, 0, Priority.NORMAL);

    /** One timer for all; it never has a thread, as no call here has a deadline. */
    private static final Deadlines TIMER = new Deadlines();

    final StubModel model = new StubModel();
    final AtomicInteger freed = new AtomicInteger();
    private final AtomicInteger attachedFailures = new AtomicInteger();
    final Leases leases = new Leases(freed::incrementAndGet);
    final CallQueue queue = new CallQueue(100);
    final Dispatcher dispatcher;
    private final int slots;

    Combining(int slots, Executor executor) {
        this.slots = slots;
        Frames frames = new Frames(1, model);
        RunnerOptions options = new RunnerOptions(slots, 4, Duration.ZERO, 100, Duration.ofSeconds(10));
        // No lingering: the explorer's clock stands still.
        dispatcher = new Dispatcher(
                options,
                queue,
                new CostCurves(4),
                new Execution(frames, new StopWatch(frames, TIMER)),
                executor,
                leases,
                0);
    }

    /** A synchronous call; returns 1 if its row went through one run. */
    int call() {
        StubModel.Row row = new StubModel.Row();
        if (!leases.tryAcquire()) {
            return 0;
        }
        try {
            WaitingCall call = new WaitingCall(row, NO_LIMITS);
            dispatcher.runWaiting(call);
            return call.state() == Call.DONE && call.failure() == null ? row.outcome() : -1;
        } finally {
            leases.release();
        }
    }

    /** Starts an asynchronous call to which a synchronous one is attached, that must go well. */
    FutureCall<Integer> startThenCall() {
        FutureCall<Integer> call = prepare(new StubModel.Row());
        CompletableFuture<Void> unused = call.future().thenAccept(first -> attachedFailures.addAndGet(1 - call()));
        begin(call);
        return call;
    }

    /** Starts an asynchronous call whose result is that of {@link #call}. */
    FutureCall<Integer> start() {
        FutureCall<Integer> call = prepare(new StubModel.Row());
        begin(call);
        return call;
    }

    private FutureCall<Integer> prepare(StubModel.Row row) {
        if (!leases.tryAcquire()) {
            throw new IllegalStateException("closed");
        }
        return new FutureCall<>(row, NO_LIMITS, row::outcome, leases, queue);
    }

    private void begin(FutureCall<Integer> call) {
        leases.acquireMore();
        try {
            dispatcher.start(call);
        } finally {
            leases.release();
        }
    }

    /** What must hold when no call is under way: nobody waits, every slot is free, every lease is back, and a close frees. Empty, or what is not so. */
    String leftOver() {
        if (queue.hasWaiting() || queue.waitingRows() != 0) {
            return "calls wait: " + queue.waitingRows();
        }
        if (leases.held() != 0) {
            return "leases are held: " + leases.held();
        }
        if (model.mostRunning.get() > slots) {
            return "more runs than slots: " + model.mostRunning;
        }
        if (dispatcher.busySlots() != 0) {
            return "slots are taken: " + dispatcher.busySlots();
        }
        if (attachedFailures.get() != 0) {
            return "attached calls that failed";
        }
        leases.beginClose();
        return freed.get() == 1 ? "" : "freed " + freed + " times";
    }
}
