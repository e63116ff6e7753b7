package dev.maas.batching;

import static dev.maas.concurrency.Proof.require;

import dev.maas.concurrency.Proof;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** As {@link CombiningModelTest}, with synchronous callers only, so that all schedules go to the one scenario of three who meet. */
public class CallersModelTest {
    private final Combining combining = new Combining(1, Runnable::run);

    /** A synchronous call. */
    @Operation
    public int call() {
        return combining.call();
    }

    /** What must hold in the end. */
    @Validate
    public void nothingIsLeftOver() {
        String leftOver = combining.leftOver();
        require(leftOver.isEmpty(), "nothing is left over; " + leftOver);
    }

    @Test
    void threeWhoMeetAreEachServedOnceAndNoSlotIsLost() {
        Proof.explore(CallersModelTest.class, 1, 150, false);
    }
}
