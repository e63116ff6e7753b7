package dev.maas.batching;

import static dev.maas.concurrency.Proof.require;

import dev.maas.CallOptions.Priority;
import dev.maas.OverloadedException;
import dev.maas.concurrency.Steps;
import dev.maas.engine.RunFrame;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** What threads do with a dispatcher they share. */
final class CombiningScenarios {
    /** They guess how large a batch should be, or are not shared, or make the scenario; whatever they answer, no call may be lost. */
    static final Set<String> WITHOUT_STEPS = Set.of(
            "AnsweringThreads",
            "Combining",
            "Company",
            "CostCurve",
            "CostCurves",
            "Crowd",
            "FramePool",
            "Frames",
            "HiddenCallers",
            "PooledFrame",
            "QueueDelay",
            "StopWatch");

    private CombiningScenarios() {}

    /** Two callers meet. */
    static final class TwoCallers extends Combining {
        TwoCallers() {
            super(1, 100);
            Runnable call = this::call;
            run(call, call);
        }
    }

    /** Three callers meet. */
    static final class ThreeCallers extends Combining {
        ThreeCallers() {
            super(1, 100);
            Runnable call = this::call;
            run(call, call, call);
        }
    }

    /** Three callers meet after a crowd, so that they make batches and wait for each other. */
    static final class Crowd extends Combining {
        Crowd() {
            super(1, 100);
            afterACrowd();
            Runnable call = this::call;
            run(call, call, call);
        }
    }

    /** Three callers share two slots. */
    static final class TwoSlots extends Combining {
        TwoSlots() {
            super(2, 100);
            Runnable call = this::call;
            run(call, call, call);
        }
    }

    /** A caller finds the model idle and runs without the queue; others come meanwhile. */
    static final class PastTheQueue extends Combining {
        PastTheQueue() {
            super(1, 100);
            Runnable alone = this::callAlone;
            run(alone, alone, this::call);
        }
    }

    /** There is room for one call in the queue, and three come. */
    static final class FullQueue extends Combining {
        FullQueue() {
            super(1, 1);
            Started first = new Started();
            Started second = new Started();
            run(this::callIfRoom, first::begin, second::begin);
        }

        @Override
        public int preemptions() {
            return 1;
        }

        private void callIfRoom() {
            try {
                call();
            } catch (OverloadedException e) {
                // As it should be where others wait.
            }
        }
    }

    /** An asynchronous call and two synchronous ones; whoever has the slot leads for the future. */
    static final class FutureAmongCallers extends Combining {
        FutureAmongCallers() {
            super(1, 100);
            Runnable call = this::call;
            run(call, call, new Started()::begin);
        }

        @Override
        public int preemptions() {
            return 1;
        }
    }

    /** A future whose follower calls the same model, in the thread that has the only slot. */
    static final class FollowerCalls extends Combining {
        private boolean followed;

        FollowerCalls() {
            super(1, 100);
            Started first = new Started();
            var unused = first.call.future().thenRun(() -> {
                call();
                followed = true;
            });
            run(first::begin, this::call);
        }

        @Override
        void checkMore() {
            require(followed, "what was attached was run and went well");
        }
    }

    /** Two futures for which a thread of the executor leads, and a caller. */
    static final class FuturesInExecutor extends Combining {
        FuturesInExecutor() {
            super(1, 100, true);
            runWithExecutors(1, new Started()::begin, this::call);
        }

        @Override
        public int preemptions() {
            return 1;
        }
    }

    /** A future is cancelled while it waits or runs. */
    static final class Cancel extends Combining {
        Cancel() {
            super(1, 100);
            Started first = new Started();
            run(first::begin, this::call, () -> first.call.future().cancel(true));
        }

        @Override
        public int preemptions() {
            return 1;
        }
    }

    /** A future expires before it begins or after; there is room for one call. */
    static final class ExpireWhereFull extends Combining {
        ExpireWhereFull() {
            super(1, 1);
            Started first = new Started();
            Started second = new Started();
            run(first::begin, () -> first.call.expire(CompletableFuture::completeExceptionally), second::begin);
        }

        @Override
        public int preemptions() {
            return 1;
        }
    }

    /** Whoever has the slot finds a future in the queue whose deadline passed. */
    static final class ExpiredInQueue extends Combining {
        private final Started expired =
                new Started(new StubModel.Row(true), new CallLimits(true, Long.MIN_VALUE / 4, Priority.NORMAL));

        ExpiredInQueue() {
            super(1, 100);
            Runnable call = this::call;
            run(expired::begin, call, call);
        }

        @Override
        public int preemptions() {
            return 1;
        }

        @Override
        void checkMore() {
            require(expired.call.state() == Call.DROPPED, "it is dropped");
        }
    }

    /** A caller's deadline may pass at any time. */
    static final class Deadline extends Combining {
        Deadline() {
            super(1, 100);
            Runnable call = this::call;
            run(this::callInTime, call, call);
        }

        @Override
        public int preemptions() {
            return 1;
        }

        private void callInTime() {
            StubModel.Row row = new StubModel.Row(true);
            WaitingCall call = call(row, new CallLimits(true, System.nanoTime() + 1_000_000, Priority.NORMAL));
            require(
                    switch (call.state()) {
                        case Call.DONE -> call.failure() == null && row.outcome() == 1;
                        case Call.DROPPED -> row.outcome() == 0;
                        case Call.ABANDONED -> true;
                        default -> false;
                    },
                    "it is answered or given up; its state is " + call.state());
        }
    }

    /** A caller is interrupted at any time while it waits or leads. */
    static final class Interrupt extends Combining {
        private final AtomicReference<Thread> caller = new AtomicReference<>();

        Interrupt() {
            super(1, 100);
            run(this::callInterrupted, this::call, this::interrupt);
        }

        @Override
        public int preemptions() {
            return 1;
        }

        private void callInterrupted() {
            caller.set(Thread.currentThread());
            StubModel.Row row = new StubModel.Row(true);
            WaitingCall call = call(row, NO_LIMITS);
            require(
                    call.state() == Call.DONE ? row.outcome() == 1 : call.failure() != null,
                    "it is answered or given up; its state is " + call.state());
        }

        private void interrupt() {
            Steps.await(() -> caller.get() != null);
            Objects.requireNonNull(caller.get()).interrupt();
        }
    }

    /** One of three rows cannot be written. */
    static final class BadRow extends Combining {
        BadRow() {
            super(1, 100);
            afterACrowd();
            Runnable call = this::call;
            run(
                    call,
                    call,
                    () -> require(call(new StubModel.Row(false), NO_LIMITS).failure() != null, "the bad row fails"));
        }

        @Override
        public int preemptions() {
            return 1;
        }
    }

    /** The model closes while calls begin. */
    static final class Close extends Combining {
        Close() {
            super(1, 100);
            Runnable call = this::callIfOpen;
            run(call, call, leases::beginClose);
        }

        private void callIfOpen() {
            if (leases.tryAcquire()) {
                try {
                    callLeased(new StubModel.Row(true), NO_LIMITS);
                } finally {
                    leases.release();
                }
            }
        }
    }

    /** Three callers whose rows share no run. */
    static final class ThreeApart extends Combining {
        ThreeApart() {
            super(1, 100);
            Runnable call = () -> require(
                    outcome(call(new StubModel.Row(true, false), NO_LIMITS)) == 1, "the row went through one run");
            run(call, call, call);
        }
    }

    /**
     * One slot of two is given back just when the leader with the other one has taken what waits in hand. It meets a run that takes until all
     * others are through, which they must be, as there is the other slot.
     */
    static final class SlowRun extends Combining {
        private final Started first = new Started(new StubModel.Row(true, false) {
            @Override
            public void write(RunFrame frame, int row) {
                Steps.await(quick::isBegun);
                super.write(frame, row);
            }
        });
        private final Started slow = new Started(new StubModel.Row(true, false) {
            @Override
            public void write(RunFrame frame, int row) {
                Steps.await(() -> quick.call.future().isDone());
                super.write(frame, row);
            }
        });
        private final Started quick = new Started();

        SlowRun() {
            super(2, 100, true);
            require(dispatcher.tryBeginAlone(curve()), "the model is idle");
            first.begin();
            runWithExecutors(2, () -> {
                slow.begin();
                quick.begin();
                Steps.await(() -> first.call.future().isDone());
                dispatcher.endAlone();
            });
        }

        @Override
        public int preemptions() {
            return 1;
        }
    }
}
