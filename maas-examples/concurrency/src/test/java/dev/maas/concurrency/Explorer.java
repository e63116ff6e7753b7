package dev.maas.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a scenario under many schedules: under every one with few preemptions, and under some random ones with many.
 *
 * <p>The scenario's package, and what it shares, is loaded once more with a step before each access to an atomic, a volatile field, a
 * lock or a future. A schedule fails if a thread throws, if threads wait for ever, if plain memory is used by two threads and nothing
 * orders it, or if the scenario's check fails.
 */
public final class Explorer {
    /** By how much to explore more than the build does; {@code -Dmaas.proof.effort=50}. */
    private static final int EFFORT = Integer.getInteger("maas.proof.effort", 1);

    /** From this effort on, one preemption more is tried. */
    private static final int LONG = 50;

    private static final int RANDOM_SCHEDULES = 500;

    /** How the failure of a claim begins. */
    private static final List<String> CLAIMS =
            List.of("Not so: ", "Threads wait for ever", "A data race", "The threads keep each other busy");

    private final Class<? extends Scenario> scenario;
    private final Set<String> withoutSteps;
    private @Nullable Mutant mutant;

    private Explorer(Class<? extends Scenario> scenario, Set<String> withoutSteps) {
        this.scenario = scenario;
        this.withoutSteps = withoutSteps;
    }

    /**
     * Begins to describe an exploration.
     *
     * @param withoutSteps simple names of classes that only guess, and may do so in any order
     */
    public static Explorer of(Class<? extends Scenario> scenario, Set<String> withoutSteps) {
        return new Explorer(scenario, withoutSteps);
    }

    /** Fails unless a fault, put into what is explored, makes a schedule fail by what the proofs claim. */
    public void requireFinds(Mutant fault) {
        try {
            int schedules = mutant(fault).search();
            throw new IllegalStateException("None of " + schedules + " schedules fails of: " + fault);
        } catch (AssertionError e) {
            String why = String.valueOf(e.getMessage());
            if (CLAIMS.stream().noneMatch(why::startsWith)) {
                throw e;
            }
        }
    }

    /** Makes something wrong. */
    Explorer mutant(Mutant fault) {
        mutant = fault;
        return this;
    }

    /** Explores; fails with the first schedule that does. */
    public void explore() {
        search();
    }

    /** Returns how many schedules were tried, none of which failed. */
    private int search() {
        Failure failure;
        List<Worker> workers = new ArrayList<>();
        try {
            Weaver weaver = new Weaver(List.of(scenario.getPackageName() + "."), withoutSteps, mutant);
            Class<?> woven = weaver.loadClass(scenario.getName());
            Runs runs = new Runs(woven, workers);
            failure = runs.searchAll();
            if (mutant != null && !weaver.hasMutated()) {
                throw new IllegalStateException("There is no place for the fault: " + mutant);
            }
            if (failure == null) {
                return runs.count;
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot make a " + scenario, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        } finally {
            workers.forEach(Worker::dismiss);
        }
        throw failure.error();
    }

    /** Why a schedule failed, and which one it was. */
    private record Failure(Throwable cause, int count, List<String> trace) {
        AssertionError error() {
            return new AssertionError(
                    cause.getMessage() + "\nin schedule " + count + ":\n  " + String.join("\n  ", trace), cause);
        }
    }

    private static final class Runs {
        private final Class<?> woven;
        private final List<Worker> workers;
        private int count;

        Runs(Class<?> woven, List<Worker> workers) throws ReflectiveOperationException {
            this.woven = woven;
            this.workers = workers;
            int threads = make().threads().size();
            for (int index = 0; index < threads; index++) {
                Worker worker = new Worker(index);
                worker.start();
                workers.add(worker);
            }
        }

        private Scenario make() throws ReflectiveOperationException {
            var constructor = woven.getDeclaredConstructor();
            constructor.setAccessible(true);
            return (Scenario) constructor.newInstance();
        }

        @Nullable
        Failure searchAll() throws ReflectiveOperationException, InterruptedException {
            int preemptions = make().preemptions() + (EFFORT >= LONG ? 1 : 0);
            // Few preemptions first: the simplest schedule that fails tells most.
            for (int bound = 0; bound <= preemptions; bound++) {
                Chooser.Exhaustive chooser = new Chooser.Exhaustive();
                do {
                    Failure failure = run(chooser, bound);
                    if (failure != null) {
                        return failure;
                    }
                } while (chooser.advance());
            }
            for (int seed = 0; seed < RANDOM_SCHEDULES * EFFORT; seed++) {
                Failure failure = run(Chooser.random(seed), Integer.MAX_VALUE);
                if (failure != null) {
                    return failure;
                }
            }
            return null;
        }

        private @Nullable Failure run(Chooser chooser, int bound)
                throws ReflectiveOperationException, InterruptedException {
            count++;
            Schedule schedule = new Schedule(workers, chooser, bound, false);
            Throwable failure = schedule.run(make());
            if (failure == null) {
                return null;
            }
            Schedule again = new Schedule(workers, Chooser.replaying(schedule.choices()), bound, true);
            Throwable same = again.run(make());
            return new Failure(same == null ? failure : same, count, again.trace());
        }
    }
}
