package dev.maas.concurrency;

import java.util.List;

/**
 * What a few threads do with what they share. Each schedule gets a new one, made without arguments, and loaded so that the explorer sees
 * its steps.
 */
public interface Scenario {
    /** What each thread does; threads that are given the same object are taken to be interchangeable. */
    List<Runnable> threads();

    /** How often a schedule of a build may take the turn from a thread that could go on; all such schedules are tried. */
    default int preemptions() {
        return 2;
    }

    /** Looks at what is left when all threads are through; throws if a claim does not hold. */
    void check();
}
