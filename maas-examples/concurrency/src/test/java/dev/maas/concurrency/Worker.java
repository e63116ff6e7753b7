package dev.maas.concurrency;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A thread of a scenario; takes steps only when it has the turn. Used for one schedule after the other. */
final class Worker extends Thread {
    final int index;
    private final Semaphore turn = new Semaphore(0);

    // Handed from thread to thread with the turn.
    private @Nullable Schedule schedule;
    private @Nullable Runnable task;
    private boolean begun;
    private boolean ended;
    private boolean permit;
    private boolean interrupted;

    /** What the thread waits for; null if for nothing but its turn. */
    private @Nullable BooleanSupplier awaited;

    /** When it waits no longer, by the schedule's clock. */
    private long until;

    Worker(int index) {
        super("explored-" + index);
        this.index = index;
        setDaemon(true);
    }

    /** Gives it something to do when it has the turn next. */
    void prepare(Schedule newSchedule, Runnable newTask) {
        schedule = newSchedule;
        task = newTask;
        begun = false;
        ended = false;
        permit = false;
        interrupted = false;
        awaited = null;
    }

    /** Sets a flag of its own: that of the JDK would be seen by what hands over the turn. */
    @Override
    public void interrupt() {
        if (Thread.currentThread() != this) {
            Steps.shared(this, "interrupt");
        }
        interrupted = true;
    }

    @Override
    public boolean isInterrupted() {
        return interrupted;
    }

    /** As {@link Thread#interrupted}. */
    boolean takeInterrupt() {
        boolean was = interrupted;
        interrupted = false;
        return was;
    }

    @Override
    public void run() {
        while (true) {
            awaitTurn();
            Schedule mine = schedule;
            Runnable work = task;
            if (mine == null || work == null) {
                return;
            }
            begun = true;
            try {
                work.run();
            } catch (Throwable e) { // The schedule tells whoever runs it.
                mine.failed(e);
            }
            ended = true;
            mine.ended();
        }
    }

    /** Ends the thread; it is between two schedules. */
    void dismiss() {
        schedule = null;
        giveTurn();
    }

    void giveTurn() {
        turn.release();
    }

    void awaitTurn() {
        turn.acquireUninterruptibly();
    }

    @Nullable
    Schedule schedule() {
        return schedule;
    }

    /** Whether it does the same as another, and neither has begun. */
    boolean isLike(Worker other) {
        return !begun && !other.begun && task == other.task;
    }

    boolean isUnderWay() {
        return begun && !ended;
    }

    boolean hasEnded() {
        return ended;
    }

    @Nullable
    BooleanSupplier awaited() {
        return awaited;
    }

    /** Whether it could take a step if time passed. */
    boolean isPatient() {
        return !ended && awaited != null && until != Long.MAX_VALUE;
    }

    long until() {
        return until;
    }

    void awaits(@Nullable BooleanSupplier condition, long newUntil) {
        awaited = condition;
        until = newUntil;
    }

    /** Lets its present or next park end. */
    void permit() {
        permit = true;
    }

    boolean mayUnpark() {
        return permit || interrupted;
    }

    void usePermit() {
        permit = false;
    }
}
