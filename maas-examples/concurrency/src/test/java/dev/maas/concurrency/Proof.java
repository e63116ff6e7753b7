package dev.maas.concurrency;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/** What the proofs have in common. */
public final class Proof {
    /** By how much to explore more than the build does; {@code -Dmaas.proof.effort=50}. */
    private static final int EFFORT = Integer.getInteger("maas.proof.effort", 1);

    /** How long one schedule may take; on a busy machine, the first one takes long, as it brings the classes in. */
    private static final long PATIENCE_MILLIS = 300_000;

    private Proof() {}

    /**
     * Explores a class whose methods are operations: makes scenarios of three threads with an operation each, and runs each under many
     * schedules, choosing at every step which thread takes it. Fails if an operation throws, if all threads wait for each other, or if
     * the class's check at the end fails.
     *
     * @param schedules how many schedules to try for a scenario, times the effort
     * @param steps whether to explore the steps that the JDK's own classes take as well
     */
    public static void explore(Class<?> operations, int scenarios, int schedules, boolean steps) {
        ModelCheckingOptions options = new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(1)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(scenarios == 1 ? 1 : scenarios * Math.min(10, EFFORT))
                .invocationsPerIteration(schedules * EFFORT)
                .minimizeFailedScenario(false);
        options.analyzeStdLib$lincheck(steps);
        options.invocationTimeout$lincheck(PATIENCE_MILLIS);
        options.check(operations);
    }

    /** Fails the schedule; without the help of an assertion library, which would be explored as well. */
    public static void require(boolean condition, String claim) {
        if (!condition) {
            throw new IllegalStateException("Not so: " + claim);
        }
    }
}
