package dev.maas.concurrency;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds accesses to plain memory that nothing orders, by vector clocks (Mattern, 1989; Flanagan and Freund, FastTrack, PLDI 2009).
 *
 * <p>Where there are none, the Java memory model promises that the program behaves as if its threads took turns, step by step, and that
 * is what the explorer looks at. So a field that lacks its {@code volatile}, or is written after the object was handed over, is
 * reported here, in whichever schedule the two accesses meet, although the explorer itself never reorders anything.
 */
final class Races {
    private final int threads;
    private final int[][] clocks;
    private final Consumer<String> report;
    private final IdentityHashMap<Object, Map<String, int[]>> released = new IdentityHashMap<>();
    private final IdentityHashMap<Object, Map<String, Accesses>> plain = new IdentityHashMap<>();

    /** The time of each thread's last read and write. */
    private static final class Accesses {
        private final int[] reads;
        private final int[] writes;

        Accesses(int threads) {
            reads = new int[threads];
            writes = new int[threads];
        }
    }

    Races(int threads, Consumer<String> report) {
        this.threads = threads;
        this.report = report;
        this.clocks = new int[threads][threads];
        for (int thread = 0; thread < threads; thread++) {
            clocks[thread][thread] = 1;
        }
    }

    /** The thread sees what was done by all who released this before. */
    void acquire(int thread, Object owner, String name) {
        int[] seen = clocksOf(owner, name);
        for (int other = 0; other < threads; other++) {
            clocks[thread][other] = Math.max(clocks[thread][other], seen[other]);
        }
    }

    /** Whoever acquires this later sees what the thread has done. */
    void release(int thread, Object owner, String name) {
        int[] seen = clocksOf(owner, name);
        for (int other = 0; other < threads; other++) {
            seen[other] = Math.max(clocks[thread][other], seen[other]);
        }
        clocks[thread][thread]++;
    }

    private int[] clocksOf(Object owner, String name) {
        return released.computeIfAbsent(owner, unused -> new HashMap<>())
                .computeIfAbsent(name, unused -> new int[threads]);
    }

    void read(int thread, Object owner, String name) {
        Accesses accesses = accessesOf(owner, name);
        requireSeen(thread, accesses.writes, owner, name);
        accesses.reads[thread] = clocks[thread][thread];
    }

    void write(int thread, Object owner, String name) {
        Accesses accesses = accessesOf(owner, name);
        requireSeen(thread, accesses.writes, owner, name);
        requireSeen(thread, accesses.reads, owner, name);
        accesses.writes[thread] = clocks[thread][thread];
    }

    private Accesses accessesOf(Object owner, String name) {
        return plain.computeIfAbsent(owner, unused -> new HashMap<>())
                .computeIfAbsent(name, unused -> new Accesses(threads));
    }

    private void requireSeen(int thread, int[] times, Object owner, String name) {
        for (int other = 0; other < threads; other++) {
            if (other != thread && times[other] > clocks[thread][other]) {
                report.accept("A data race: threads " + other + " and " + thread + " use "
                        + owner.getClass().getSimpleName() + "." + name + ", and nothing orders it");
            }
        }
    }
}
