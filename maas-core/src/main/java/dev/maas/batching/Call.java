package dev.maas.batching;

import dev.maas.CallOptions.Priority;
import dev.maas.engine.RunFrame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One or more rows that wait for a run, with the one who waits for them.
 *
 * <p>A call is in one state at a time, and each step is a compare-and-set, so that exactly one party takes it:
 *
 * <pre>
 * QUEUED ──► RUNNING ──► DONE         taken into a run by its leader; the result is there
 *    │          └──────► ABANDONED    nobody waits any more; the run goes on for the others
 *    ├────────► LEADING ──► DONE      its own thread was given a slot: it forms a run and leads it
 *    └────────► DROPPED               cancelled or expired before it ran
 * </pre>
 *
 * DONE, ABANDONED and DROPPED are final. An asynchronous call never leads.
 */
abstract class Call {
    static final int QUEUED = 0;
    static final int RUNNING = 1;
    static final int LEADING = 2;
    static final int DONE = 3;
    static final int DROPPED = 4;
    static final int ABANDONED = 5;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Call.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Rows rows;
    private final CallLimits limits;
    private final long enqueuedAt = System.nanoTime();

    /** The next older arrival; written before the call is published, and then under the queue's lock. */
    @Nullable
    Call next;

    /** See {@link Admission#check}; written before the call is published. */
    private long idealWait;

    /** The run this call was taken into; written before the state becomes RUNNING. */
    private @Nullable Batch batch;

    /** Why the call failed; written before the state becomes DONE. */
    private @Nullable RuntimeException failure;

    /** Changed only through STATE. */
    @SuppressWarnings("unused")
    private volatile int state;

    Call(Rows rows, CallLimits limits) {
        this.rows = rows;
        this.limits = limits;
    }

    /** What a call puts into a run and takes out of it. */
    interface Rows {
        /** The sizes of the model's inputs for one row, or for the whole call if it is not rowwise. */
        long[][] shapes();

        /** Whether the tensors have a leading dimension for the rows. */
        boolean isRowwise();

        /** The number of rows; 1 if the call is not rowwise. */
        int count();

        /** Gives the frame's inputs the shapes for that many rows in all, this call's and those of others like it. */
        void reshape(RunFrame frame, int totalRows);

        /** Writes the rows into a frame, from that row on. */
        void write(RunFrame frame, int row);

        /** Reads the results from a frame and keeps them. */
        void read(RunFrame frame, int row);
    }

    Rows rows() {
        return rows;
    }

    /** Keeps how long it should wait if the model had the machine for itself, in nanoseconds. */
    void expectsToWait(long nanos) {
        idealWait = nanos;
    }

    long idealWait() {
        return idealWait;
    }

    CallLimits limits() {
        return limits;
    }

    Priority priority() {
        return limits.priority();
    }

    long enqueuedAt() {
        return enqueuedAt;
    }

    boolean isExpired(long now) {
        return limits.hasDeadline() && now - limits.deadline() >= 0;
    }

    /** The thread that can lead a run; null if a future waits. */
    abstract @Nullable Thread waiter();

    /** Whether telling the one who waits may run code of the application, which takes as long as it likes. */
    abstract boolean hasFollowers();

    /** Tells the one who waits; the state is final, and the result or failure is there. */
    abstract void announce();

    int state() {
        return (int) STATE.getVolatile(this);
    }

    boolean tryMove(int from, int to) {
        return STATE.compareAndSet(this, from, to);
    }

    /** Takes the call into a run, unless somebody else took or settled it. */
    boolean tryJoin(Batch run) {
        if (state() != QUEUED) {
            return false;
        }
        batch = run;
        return tryMove(QUEUED, RUNNING);
    }

    /** Keeps a failure in place of the result. */
    void fail(RuntimeException cause) {
        failure = cause;
    }

    @Nullable
    RuntimeException failure() {
        return failure;
    }

    /** Ends a call whose result or failure is kept; does nothing if nobody waits for it any more. */
    void finish() {
        if (tryMove(RUNNING, DONE) || tryMove(LEADING, DONE)) {
            announce();
        }
    }

    /**
     * Gives up a call that is not settled and does not lead. Returns whether this did it: the caller then tells the one who waits.
     */
    boolean giveUp(CallQueue queue) {
        if (tryMove(QUEUED, DROPPED)) {
            queue.left(this);
            return true;
        }
        if (tryMove(RUNNING, ABANDONED)) {
            Batch run = batch;
            if (run != null) {
                run.abandonOne();
            }
            return true;
        }
        return false;
    }
}
