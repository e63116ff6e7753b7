package dev.maas.benchmarks;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** What became of the calls of a stress. Safe for use by any thread. */
final class StressLedger {
    private static final int MOST_NOTES = 50;

    final LongAdder moves = new LongAdder();
    final LongAdder closes = new LongAdder();
    final LongAdder budgets = new LongAdder();
    final LongAdder evictions = new LongAdder();
    final LongAdder answers = new LongAdder();
    private final LongAdder begun = new LongAdder();
    private final LongAdder settled = new LongAdder();
    private final ConcurrentMap<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final Queue<String> notes = new ConcurrentLinkedQueue<>();
    private final AtomicLong wrongs = new AtomicLong();

    void begins() {
        begun.increment();
    }

    /** Tells that a call was settled; how often that happens to one call, its caller watches. */
    void ends() {
        settled.increment();
    }

    void fails(Throwable failure) {
        failures.computeIfAbsent(failure.getClass().getSimpleName(), unused -> new LongAdder())
                .increment();
    }

    void require(boolean condition, String otherwise) {
        if (!condition) {
            wrong(otherwise);
        }
    }

    void wrong(String note) {
        if (wrongs.incrementAndGet() <= MOST_NOTES) {
            notes.add(note);
            System.out.println("wrong: " + note);
        }
    }

    long wrongCount() {
        return wrongs.get();
    }

    void awaitAllSettled(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (settled.sum() != begun.sum() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        require(
                settled.sum() == begun.sum(),
                begun.sum() + " calls were begun, and " + settled.sum() + " have an outcome");
    }

    void print() {
        Figures.row(
                "%d calls, %d with an answer; failures that had a reason: %s", begun.sum(), answers.sum(), failures);
        Figures.print("stress.calls", begun.sum(), "count");
        Figures.print("stress.answers", answers.sum(), "count");
        Figures.print("stress.evictions", evictions.sum(), "count");
        Figures.print("stress.unsettled", begun.sum() - settled.sum(), "count");
    }
}
