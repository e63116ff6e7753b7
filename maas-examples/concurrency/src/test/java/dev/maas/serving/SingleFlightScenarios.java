package dev.maas.serving;

import static dev.maas.concurrency.Proof.require;

import dev.maas.concurrency.Scenario;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What threads do that want the same work done. */
final class SingleFlightScenarios {
    private SingleFlightScenarios() {}

    /** The failure of a piece of work. */
    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int number;

        Failure(int number) {
            super(null, null, false, false);
            this.number = number;
        }
    }

    /** One thread at a time does the work, all who wait get its outcome, and whoever heard of it gets new work done. */
    abstract static class Asked implements Scenario {
        private final SingleFlight<String, Integer> flight = new SingleFlight<>();
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger heardOf = new AtomicInteger();

        /** Which pieces of work fail: every so many, beginning with the first; none if 0. */
        private final int failing;

        Asked(int failing) {
            this.failing = failing;
        }

        @Override
        public final int preemptions() {
            return 3;
        }

        private int work() {
            int number = begun.incrementAndGet();
            require(underWay.incrementAndGet() == 1, "one thread at a time does the work");
            underWay.decrementAndGet();
            if (failing != 0 && number % failing == 1 % failing) {
                throw new Failure(number);
            }
            return number;
        }

        /** Asks for the work, whose outcome is its number. */
        final void ask() {
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

        @Override
        public final void check() {
            require(begun.get() == heardOf.get(), "all work was heard of");
            int all = begun.get();
            ask();
            require(begun.get() == all + 1, "nothing is remembered");
        }
    }

    /** Three ask once, and the work goes well. */
    static final class Three extends Asked {
        Three() {
            super(0);
        }

        @Override
        public List<Runnable> threads() {
            Runnable ask = this::ask;
            return List.of(ask, ask, ask);
        }
    }

    /** Two ask twice, and every other piece of work fails. */
    static final class TwiceWithFailures extends Asked {
        TwiceWithFailures() {
            super(2);
        }

        @Override
        public List<Runnable> threads() {
            Runnable askTwice = () -> {
                ask();
                ask();
            };
            return List.of(askTwice, askTwice);
        }
    }
}
