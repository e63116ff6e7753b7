package dev.maas.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a scenario, of whose threads one at a time takes steps; between two steps the chooser says whose turn it is.
 *
 * <p>A change of threads is free where a thread ends or must wait, and counts as a preemption elsewhere, of which there are no more than
 * allowed: most faults need very few (Musuvathi and Qadeer, PLDI 2007), and that bounds the search. There are no spurious wake-ups, so
 * whoever is not woken sleeps for ever, which is reported when nobody else can go on. Time passes only when a thread asks for it, or
 * when its patience is chosen to come to an end.
 */
final class Schedule {
    private static final int MOST_STEPS = 20_000;
    private static final long TICK_NANOS = 1_000;
    private static final long PATIENCE_SECONDS = 120;

    private final List<Worker> workers;
    private final Chooser chooser;
    private final boolean traced;
    private final Races races;
    private final Semaphore over = new Semaphore(0);

    // Handed from thread to thread with the turn.
    private final List<Integer> choices = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private int preemptionsLeft;
    private boolean looking;
    private int steps;
    private long clock;
    private @Nullable Throwable failure;

    /** Unwinds the threads of a schedule that has failed. */
    private static final class Aborted extends Error {
        private static final long serialVersionUID = 1L;

        Aborted() {
            super("the schedule has failed", null, false, false);
        }
    }

    Schedule(List<Worker> workers, Chooser chooser, int preemptions, boolean traced) {
        this.workers = workers;
        this.chooser = chooser;
        this.preemptionsLeft = preemptions;
        this.traced = traced;
        this.races = new Races(workers.size(), this::fail);
    }

    /** Runs the scenario; returns what went wrong, or null. */
    @Nullable
    Throwable run(Scenario scenario) throws InterruptedException {
        List<Runnable> tasks = scenario.threads();
        for (Worker worker : workers) {
            worker.prepare(this, tasks.get(worker.index));
        }
        Worker first = choose(null, false);
        if (first != null) {
            first.giveTurn();
            if (!over.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("A thread waits for something that the explorer does not know: "
                        + workers.stream()
                                .map(worker -> List.of(worker.getStackTrace()))
                                .toList());
            }
        }
        if (failure == null) {
            try {
                scenario.check();
            } catch (Throwable e) { // Whatever it is, it comes with its schedule.
                failure = e;
            }
        }
        return failure;
    }

    List<Integer> choices() {
        return choices;
    }

    List<String> trace() {
        return trace;
    }

    Races races() {
        return races;
    }

    long time() {
        clock += TICK_NANOS;
        return clock;
    }

    /** The calling thread is about to do something that others may see or not see. */
    void step(Worker me, String what) {
        abortIfFailed();
        if (++steps > MOST_STEPS) {
            fail("The threads keep each other busy without end");
        }
        passTurn(me, true);
        if (traced) {
            trace.add(describe(me, what));
        }
    }

    /** Waits until the condition holds, which is asked for by other threads; returns whether it does, and not the time was up. */
    boolean await(Worker me, BooleanSupplier condition, long nanos) {
        abortIfFailed();
        long until = nanos == Long.MAX_VALUE ? nanos : clock + nanos;
        while (!holds(condition)) {
            if (clock >= until) {
                return false;
            }
            if (traced) {
                trace.add(describe(me, "waits"));
            }
            me.awaits(condition, until);
            passTurn(me, false);
            me.awaits(null, 0);
        }
        return true;
    }

    /** Whether somebody only looks whether a condition holds, which is no step. */
    boolean isLooking() {
        return looking;
    }

    private boolean holds(BooleanSupplier condition) {
        looking = true;
        try {
            return condition.getAsBoolean();
        } finally {
            looking = false;
        }
    }

    private void passTurn(Worker me, boolean ready) {
        Worker next = choose(me, ready);
        if (next == null) {
            fail(waitForEver());
        } else if (next != me) {
            next.giveTurn();
            me.awaitTurn();
            abortIfFailed();
        }
    }

    /** Ends the schedule; by its own kind of error, as what is explored may catch any other. */
    void fail(String what) {
        failure = new IllegalStateException(what);
        throw new Aborted();
    }

    private String waitForEver() {
        return "Threads wait for ever: "
                + workers.stream()
                        .filter(worker -> !worker.hasEnded())
                        .map(worker -> worker.index)
                        .toList();
    }

    private void abortIfFailed() {
        if (failure != null) {
            throw new Aborted();
        }
    }

    /** The calling thread's part ended with an error. */
    void failed(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /** The calling thread is through. */
    void ended() {
        Worker next = null;
        if (failure == null) {
            next = choose(null, false);
            if (next == null && workers.stream().anyMatch(worker -> !worker.hasEnded())) {
                failure = new IllegalStateException(waitForEver());
            }
        }
        if (failure != null) {
            // Those that have begun unwind when they get the turn, one after the other.
            next = workers.stream().filter(Worker::isUnderWay).findFirst().orElse(null);
        }
        if (next != null) {
            next.giveTurn();
        } else {
            over.release();
        }
    }

    /** The thread to go on; null if none can. */
    private @Nullable Worker choose(@Nullable Worker me, boolean ready) {
        List<Worker> able = new ArrayList<>();
        if (me != null && ready) {
            able.add(me);
        }
        if (able.isEmpty() || preemptionsLeft > 0) {
            addOthers(able, me);
        }
        boolean forced = able.isEmpty() || able.get(0) != me;
        int untimed = able.size();
        if (able.isEmpty() || preemptionsLeft > 0) {
            workers.stream()
                    .filter(worker -> worker.isPatient() && !isReady(worker))
                    .forEach(able::add);
        }
        if (able.isEmpty()) {
            return null;
        }
        int chosen = 0;
        if (able.size() > 1) {
            chosen = chooser.choose(able.size(), forced);
            choices.add(chosen);
        }
        Worker next = able.get(chosen);
        boolean timeIsUp = chosen >= untimed;
        if (timeIsUp) {
            clock = Math.max(clock, next.until());
        }
        if (timeIsUp ? untimed > 0 : !forced && next != me) {
            preemptionsLeft--;
        }
        return next;
    }

    private boolean isReady(Worker worker) {
        return !worker.hasEnded() && (worker.awaited() == null || holds(worker.awaited()));
    }

    private void addOthers(List<Worker> able, @Nullable Worker me) {
        for (Worker worker : workers) {
            if (worker != me && isReady(worker) && able.stream().noneMatch(worker::isLike)) {
                able.add(worker);
            }
        }
    }

    private static String describe(Worker me, String what) {
        String where = StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().startsWith("dev.maas.concurrency."))
                        .findFirst()
                        .map(frame -> frame.getClassName().replaceFirst(".*\\.", "") + "." + frame.getMethodName() + ":"
                                + frame.getLineNumber())
                        .orElse("?"));
        return "thread " + me.index + "  " + where + "  " + what;
    }
}
