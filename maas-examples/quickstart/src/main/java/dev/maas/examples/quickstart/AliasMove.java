package dev.maas.examples.quickstart;

import dev.maas.AliasUpdate;
import dev.maas.MaasException;
import dev.maas.ModelRegistry;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Moves an alias while callers keep calling, and looks at every answer: it must be the old version's or the new one's as a whole.
 *
 * <p>Not for use twice.
 */
final class AliasMove {
    private static final int CALLERS = 4;

    /** So many calls are awaited from the old version before the move, and from the new one after it. */
    private static final int CALLS_EACH = 2_000;

    /** Versions on one machine repeat their scores but for rounding, which may differ with the size of the batch. */
    private static final float SAME = 1e-5f;

    private final Predictor<String, Verdict> predictor;
    private final List<String> texts;
    private final List<Verdict> oldAnswers;
    private final List<Verdict> newAnswers;

    private final AtomicLong fromOld = new AtomicLong();
    private final AtomicLong fromNew = new AtomicLong();
    private final AtomicLong mixed = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /**
     * What happened.
     *
     * @param fromOld calls that the old version answered
     * @param fromNew calls that the new version answered
     * @param mixed calls whose answers were neither version's as a whole; none, if all is well
     * @param failed calls that failed; none, if all is well
     * @param delay how long after the move the first call had the new version's answer
     */
    record Outcome(long fromOld, long fromNew, long mixed, long failed, Duration delay) {
        long calls() {
            return fromOld + fromNew + mixed + failed;
        }
    }

    /**
     * Makes ready.
     *
     * @param predictor follows the alias
     * @param oldVersion always asks the version that the alias points to before
     * @param newVersion always asks the version that it points to after
     * @param texts what each call asks about; the versions must differ on it
     */
    AliasMove(
            Predictor<String, Verdict> predictor,
            Predictor<String, Verdict> oldVersion,
            Predictor<String, Verdict> newVersion,
            List<String> texts) {
        this.predictor = predictor;
        this.texts = List.copyOf(texts);
        this.oldAnswers = oldVersion.predictAll(this.texts);
        this.newAnswers = newVersion.predictAll(this.texts);
        if (same(oldAnswers, newAnswers)) {
            throw new IllegalArgumentException("The versions answer alike, so nobody could see the change");
        }
    }

    /**
     * Moves the alias in the midst of calls.
     *
     * @param patience how long to wait for the new version, and for anything else
     * @throws IllegalStateException if no caller hears the new version in time
     * @throws InterruptedException if the calling thread is interrupted meanwhile
     */
    Outcome run(ModelRegistry registry, AliasUpdate update, Duration patience) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Future<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(pool.submit((Callable<Void>) this::keepCalling));
            }
            await(fromOld, CALLS_EACH, callers, patience);
            registry.alias(update);
            long moved = System.nanoTime();
            await(fromNew, 1, callers, patience);
            Duration delay = Duration.ofNanos(System.nanoTime() - moved);
            await(fromNew, CALLS_EACH, callers, patience);
            stopped.set(true);
            for (Future<Void> caller : callers) {
                result(caller);
            }
            return new Outcome(fromOld.get(), fromNew.get(), mixed.get(), failed.get(), delay);
        } finally {
            stopped.set(true);
            pool.shutdownNow();
        }
    }

    private Void keepCalling() {
        while (!stopped.get()) {
            try {
                count(predictor.predictAll(texts));
            } catch (MaasException e) {
                failed.incrementAndGet();
            }
        }
        return null;
    }

    private void count(List<Verdict> answers) {
        if (same(answers, oldAnswers)) {
            fromOld.incrementAndGet();
        } else if (same(answers, newAnswers)) {
            fromNew.incrementAndGet();
        } else {
            mixed.incrementAndGet();
        }
    }

    private static boolean same(List<Verdict> some, List<Verdict> others) {
        for (int i = 0; i < some.size(); i++) {
            if (!same(some.get(i), others.get(i))) {
                return false;
            }
        }
        return some.size() == others.size();
    }

    private static boolean same(Verdict one, Verdict other) {
        for (Map.Entry<String, Float> score : one.scores().entrySet()) {
            float otherScore = other.scores().getOrDefault(score.getKey(), Float.NaN);
            if (!(Math.abs(score.getValue() - otherScore) <= SAME)) {
                return false;
            }
        }
        return one.label().equals(other.label());
    }

    private void await(AtomicLong counter, long atLeast, List<Future<Void>> callers, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (counter.get() < atLeast) {
            for (Future<Void> caller : callers) {
                if (caller.isDone()) {
                    result(caller);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Waited " + patience.toSeconds() + " s for " + atLeast
                        + " calls: " + fromOld + " from the old version, " + fromNew + " from the new one, " + mixed
                        + " mixed, " + failed + " failed");
            }
            Thread.sleep(1);
        }
    }

    private static void result(Future<Void> caller) throws InterruptedException {
        try {
            caller.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("A caller broke off: " + e.getCause(), e.getCause());
        }
    }
}
