package dev.maas.batching;

import static dev.maas.concurrency.Proof.require;

import dev.maas.CallOptions.Priority;
import dev.maas.OverloadedException;
import dev.maas.concurrency.Scenario;
import dev.maas.concurrency.Steps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that share a dispatcher, over a model that is none. In the end nobody waits, every slot is free, every lease is back, and each
 * call went through one run, or through none if it was given up or refused.
 */
abstract class Combining implements Scenario {
    static final CallLimits NO_LIMITS = new CallLimits(false, 0, Priority.NORMAL);

    /** Closed: what it would do at a time, the explorer does at any time. */
    private static final Deadlines TIMER = new Deadlines();

    static {
        TIMER.close();
    }

    final StubModel model;
    final CallQueue queue;
    final Dispatcher dispatcher;
    final Leases leases = new Leases(() -> this.freed++);
    private final CostCurves curves = new CostCurves(4);
    private final int slots;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private List<Runnable> threads = List.of();
    private int freed;

    /** How many threads that may give the executor work are through. */
    private final AtomicInteger through = new AtomicInteger();

    /** How many threads of the executor are at work. */
    private final AtomicInteger working = new AtomicInteger();

    /** While the scenario is made: whether to keep what the executor is given for later. */
    private boolean collecting;

    /** The calls whose outcome is looked at in the end. */
    private final List<Started> started = new ArrayList<>();

    /** Makes a scenario with so many slots and places in the queue. */
    Combining(int slots, int capacity) {
        this(slots, capacity, false);
    }

    /**
     * Makes a scenario.
     *
     * @param executor whether a thread of its own does what the executor is given, and not the thread that gives it
     */
    Combining(int slots, int capacity, boolean executor) {
        this.slots = slots;
        this.model = new StubModel(slots);
        this.queue = new CallQueue(capacity);
        RunnerOptions options = new RunnerOptions(slots, 4, Duration.ZERO, capacity, Duration.ofSeconds(10));
        Frames frames = new Frames(4, model);
        Executor whoLeads = task -> {
            if (executor || collecting) {
                Steps.shared(tasks, "execute");
                tasks.add(task);
            } else {
                task.run();
            }
        };
        // No lingering: it is a wait for luck, and makes more schedules, not other ones.
        this.dispatcher = new Dispatcher(
                options, queue, curves, new Execution(frames, new StopWatch(frames, TIMER)), whoLeads, leases, 0);
    }

    /** Tells what each thread does. */
    final void run(Runnable... operations) {
        threads = List.of(operations);
    }

    /** As {@link #run}; so many others do what the executor is given, until all of these are through. */
    final void runWithExecutors(int executors, Runnable... operations) {
        List<Runnable> all = new ArrayList<>();
        for (Runnable operation : operations) {
            all.add(() -> {
                operation.run();
                through.incrementAndGet();
            });
        }
        Runnable executor = () -> work(operations.length);
        all.addAll(Collections.nCopies(executors, executor));
        threads = all;
    }

    private void work(int others) {
        while (true) {
            Steps.await(() -> !tasks.isEmpty() || isAllGiven(others));
            Steps.shared(tasks, "take");
            Runnable task = tasks.poll();
            if (task != null) {
                working.incrementAndGet();
                task.run();
                working.decrementAndGet();
            } else if (isAllGiven(others)) {
                return;
            }
        }
    }

    /** Whether nobody is left who could give the executor work. */
    private boolean isAllGiven(int others) {
        return through.get() == others && working.get() == 0;
    }

    final CostCurve curve() {
        return curves.of(new StubModel.Row(true).shapes());
    }

    /** Lets there have been a crowd of late, so that batches are made, and leaders wait for company. */
    final void afterACrowd() {
        CostCurve curve = curve();
        for (int rows = 1; rows <= 4; rows *= 2) {
            curve.record(rows, 1_000);
        }
        collecting = true;
        for (int i = 0; i < 4 * slots; i++) {
            new Started().begin();
        }
        collecting = false;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    public final List<Runnable> threads() {
        return threads;
    }

    /** A synchronous call, which must go well. */
    final void call() {
        require(outcome(call(new StubModel.Row(true), NO_LIMITS)) == 1, "the row went through one run");
    }

    /** A synchronous call; returns it when it is over. */
    final WaitingCall call(StubModel.Row row, CallLimits limits) {
        require(leases.tryAcquire(), "there is a lease");
        try {
            return callLeased(row, limits);
        } finally {
            leases.release();
        }
    }

    final WaitingCall callLeased(StubModel.Row row, CallLimits limits) {
        WaitingCall call = new WaitingCall(row, limits);
        dispatcher.runWaiting(call);
        return call;
    }

    /** 1 if the call's row went through one run and was read. */
    static int outcome(Call call) {
        return call.state() == Call.DONE && call.failure() == null ? ((StubModel.Row) call.rows()).outcome() : -1;
    }

    /** A synchronous call as the runner makes it: without the queue if the model is idle. */
    final void callAlone() {
        require(leases.tryAcquire(), "there is a lease");
        try {
            if (dispatcher.tryBeginAlone(curve())) {
                try {
                    dispatcher.expectsCompany();
                    model.runOnce();
                } finally {
                    dispatcher.endAlone();
                }
                return;
            }
        } finally {
            leases.release();
        }
        call();
    }

    /** An asynchronous call, which may be given up before it begins or at any time after. */
    final class Started {
        final FutureCall<Integer> call;
        private final StubModel.Row row;
        private boolean begun;

        Started() {
            this(new StubModel.Row(true));
        }

        Started(StubModel.Row row) {
            this(row, NO_LIMITS);
        }

        Started(StubModel.Row row, CallLimits limits) {
            this.row = row;
            require(leases.tryAcquire(), "there is a lease");
            call = new FutureCall<>(row, limits, row::outcome, leases, queue);
            started.add(this);
        }

        /** As the runner does it. */
        void begin() {
            begun = true;
            // That of the caller, besides the call's own.
            require(leases.tryAcquire(), "there is a lease");
            try {
                dispatcher.start(call);
            } catch (OverloadedException e) {
                if (!call.refuse(e)) {
                    queue.neverJoined(call);
                }
            } finally {
                leases.release();
            }
        }

        boolean isBegun() {
            return begun;
        }

        private void check() {
            if (!begun) {
                return;
            }
            CompletableFuture<Integer> future = call.future();
            require(future.isDone(), "each future is settled");
            if (!future.isCompletedExceptionally()) {
                require(future.getNow(0) == 1, "each result is that of one run");
            }
            require(row.outcome() <= 1, "no row goes through two runs");
        }
    }

    /** What must hold in the end besides. */
    void checkMore() {}

    @Override
    public final void check() {
        started.forEach(Started::check);
        checkMore();
        require(tasks.isEmpty(), "the executor has done its work");
        require(!queue.hasWaiting(), "nobody waits");
        require(queue.waitingRows() == 0, "no row waits; were " + queue.waitingRows());
        require(dispatcher.busySlots() == 0, "all slots are free; taken were " + dispatcher.busySlots());
        require(!model.wasCrowded(), "there are no more runs at a time than slots");
        require(leases.held() == 0, "all leases are back; out were " + leases.held());
        leases.beginClose();
        require(freed == 1, "a close frees once; was " + freed);
    }
}
