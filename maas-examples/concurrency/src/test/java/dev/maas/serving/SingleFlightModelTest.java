package dev.maas.serving;

import static dev.maas.concurrency.Proof.require;

import dev.maas.concurrency.Proof;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Work for one key is done by one thread at a time, all who wait get its outcome, and whoever heard of it gets new work done. */
public class SingleFlightModelTest {
    private final SingleFlight<String, Integer> flight = new SingleFlight<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger heardOf = new AtomicInteger();

    /** The failure of a piece of work. */
    private static final class Failure extends RuntimeException {
        private final int number;

        Failure(int number) {
            super(null, null, false, false);
            this.number = number;
        }
    }

    /** Every third piece of work fails, beginning with the first. */
    private int work() {
        int number = begun.incrementAndGet();
        require(underWay.incrementAndGet() == 1, "one thread at a time does the work");
        underWay.decrementAndGet();
        if (number % 3 == 1) {
            throw new Failure(number);
        }
        return number;
    }

    /** Asks for the work, whose outcome is its number. */
    @Operation
    public void ask() {
        int known = heardOf.get();
        int number;
        try {
            number = flight.run("key", this::work);
        } catch (Failure e) {
            number = e.number;
        }
        require(number > known, "who knew of work " + known + " gets a later one; got " + number);
        heardOf.accumulateAndGet(number, Math::max);
    }

    /** Asks twice. */
    @Operation
    public void askTwice() {
        ask();
        ask();
    }

    /** What must hold in the end. */
    @Validate
    public void allWasHeardOf() {
        require(begun.get() == heardOf.get(), "all work was heard of");
    }

    @Test
    void outcomesAreSharedAndNotRemembered() {
        Proof.explore(SingleFlightModelTest.class, 2, 30, true);
    }
}
