package dev.maas.batching;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls that share one run, in the order of their rows.
 *
 * <p>Built and run by the thread that leads it. The others only give up their place in it: when nobody is left, the run is stopped.
 */
final class Batch {
    private final List<Call> calls = new ArrayList<>();
    /** Calls whose deadline passed before they could join; they are told together with those that ran. */
    private final List<Call> expired = new ArrayList<>(0);

    private final AtomicInteger interested = new AtomicInteger();
    private int rows;

    /** What stops the present run, while it may be stopped. */
    private volatile @Nullable Runnable stop;

    /** Adds a call that leads this batch. */
    void addLeader(Call call) {
        interested.incrementAndGet();
        accept(call);
    }

    /** Adds a waiting call, unless somebody else took or settled it. */
    boolean tryAdd(Call call) {
        // Counted first: the call may be given up as soon as it joined.
        interested.incrementAndGet();
        if (!call.tryJoin(this)) {
            interested.decrementAndGet();
            return false;
        }
        accept(call);
        return true;
    }

    private void accept(Call call) {
        calls.add(call);
        rows += call.rows().count();
    }

    List<Call> calls() {
        return calls;
    }

    List<Call> expired() {
        return expired;
    }

    int rows() {
        return rows;
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    boolean isAbandoned() {
        return interested.get() == 0;
    }

    /** Tells that one of the callers waits no longer; stops the run if nobody does. */
    void abandonOne() {
        if (interested.decrementAndGet() == 0) {
            stopRun();
        }
    }

    /** Makes known how to stop the run, which begins now. */
    void begins(Runnable howToStop) {
        stop = howToStop;
        // Whoever gave up before this was known could not stop it.
        if (isAbandoned()) {
            stopRun();
        }
    }

    void ended() {
        stop = null;
    }

    private void stopRun() {
        Runnable action = stop;
        if (action != null) {
            action.run();
        }
    }

    /** When nobody will wait any longer, by {@link System#nanoTime()}; null if somebody waits without end. */
    @Nullable
    Long lastDeadline() {
        Long last = null;
        for (Call call : calls) {
            if (!call.limits().hasDeadline()) {
                return null;
            }
            long deadline = call.limits().deadline();
            if (last == null || deadline - last > 0) {
                last = deadline;
            }
        }
        return last;
    }
}
