package dev.maas.batching;

import static dev.maas.concurrency.Proof.require;

import dev.maas.concurrency.Proof;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Callers who share one slot: whatever the schedule, each is served once, none sleeps for ever, no slot and no lease is lost.
 *
 * <p>The explorer chooses which thread takes the next step, and reports it if all of them wait. Three threads make one call each,
 * synchronous or asynchronous. What the executor is given, it has its caller do at once, so that a thread leads a run for futures, too.
 */
public class CombiningModelTest {
    private final Combining combining = new Combining(1, Runnable::run);
    private final List<FutureCall<Integer>> futures = new ArrayList<>();

    /** A synchronous call. */
    @Operation
    public int call() {
        return combining.call();
    }

    /** An asynchronous call. */
    @Operation
    public void start() {
        FutureCall<Integer> call = combining.start();
        synchronized (futures) {
            futures.add(call);
        }
    }

    /** An asynchronous call with a synchronous one attached, which is made by the thread that has the slot. */
    @Operation
    public void startThenCall() {
        FutureCall<Integer> call = combining.startThenCall();
        synchronized (futures) {
            futures.add(call);
        }
    }

    /** What must hold in the end. */
    @Validate
    public void nothingIsLeftOver() {
        for (FutureCall<Integer> call : futures) {
            require(call.future().getNow(0) == 1, "each future has its result, of one run");
        }
        String leftOver = combining.leftOver();
        require(leftOver.isEmpty(), "nothing is left over; " + leftOver);
    }

    @Test
    void everyCallIsServedOnceAndNoSlotIsLost() {
        // What the collections of the JDK do inside is theirs to prove.
        Proof.explore(CombiningModelTest.class, 2, 40, false);
    }
}
