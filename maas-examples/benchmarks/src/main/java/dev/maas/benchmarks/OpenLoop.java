package dev.maas.benchmarks;

import dev.maas.DeadlineExceededException;
import dev.maas.OverloadedException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Calls that begin when a schedule says so, whether or not those before them are answered: by the arrivals of a Poisson process, as of many
 * users who know nothing of each other.
 *
 * <p>A call's time is counted from the moment at which it was to begin, so that what is late because others were is counted as late: without
 * that, a slow system is asked less and looks fast (coordinated omission).
 */
final class OpenLoop {
    private static final long HIGHEST_NANOS = 60_000_000_000L;
    /** Longer naps would make calls begin in bursts; no naps would take a processor from those who are measured. */
    private static final long NAP_NANOS = 50_000;

    private final Duration warmUp;
    private final Duration time;
    private final SplittableRandom random;

    OpenLoop(Duration warmUp, Duration time, long seed) {
        this.warmUp = warmUp;
        this.time = time;
        this.random = new SplittableRandom(seed);
    }

    /** Starts a call and returns at once. */
    @FunctionalInterface
    interface Target {
        /** Starts a call that tells of its end. */
        void start(Call call);
    }

    /** One run's findings. */
    static final class Result {
        private final Histogram answers = new ConcurrentHistogram(HIGHEST_NANOS, 3);
        private final Histogram refusals = new ConcurrentHistogram(HIGHEST_NANOS, 3);
        private final LongAdder expired = new LongAdder();
        private final AtomicLong pending = new AtomicLong();
        private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        private double seconds;

        /** Nanoseconds from when a call was to begin to its answer, at that percentile. */
        double answerNanos(double percentile) {
            return answers.getValueAtPercentile(percentile);
        }

        /** Nanoseconds from a call's beginning to its refusal, at that percentile. */
        double refusalNanos(double percentile) {
            return refusals.getValueAtPercentile(percentile);
        }

        long answered() {
            return answers.getTotalCount();
        }

        long refused() {
            return refusals.getTotalCount();
        }

        long expired() {
            return expired.sum();
        }

        /** Answers per second that came within a time. */
        double goodput(Duration within) {
            return answers.getCountBetweenValues(0, within.toNanos()) / seconds;
        }

        double seconds() {
            return seconds;
        }
    }

    /** A call under way. */
    static final class Call {
        private final Result result;
        private final boolean counts;
        private final long intended;
        private final long begun = System.nanoTime();

        Call(Result result, boolean counts, long intended) {
            this.result = result;
            this.counts = counts;
            this.intended = intended;
            result.pending.incrementAndGet();
        }

        void answered() {
            if (counts) {
                result.answers.recordValue(Math.min(HIGHEST_NANOS, System.nanoTime() - intended));
            }
            result.pending.decrementAndGet();
        }

        void failed(Throwable failure) {
            Throwable known =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (known instanceof OverloadedException) {
                if (counts) {
                    result.refusals.recordValue(System.nanoTime() - begun);
                }
            } else if (known instanceof DeadlineExceededException) {
                result.expired.increment();
            } else {
                result.failures.add(known);
            }
            result.pending.decrementAndGet();
        }
    }

    /** Runs at so many calls per second. */
    Result run(double perSecond, Target target) {
        Result result = new Result();
        long start = System.nanoTime();
        long counted = start + warmUp.toNanos();
        long end = counted + time.toNanos();
        double mean = 1e9 / perSecond;
        double next = start;
        while ((long) next - end < 0) {
            long due = (long) next;
            long wait;
            while ((wait = due - System.nanoTime()) > 0) {
                LockSupport.parkNanos(Math.min(wait, NAP_NANOS));
            }
            target.start(new Call(result, due - counted >= 0, due));
            next += -mean * Math.log(1 - random.nextDouble());
        }
        while (result.pending.get() > 0) {
            LockSupport.parkNanos(NAP_NANOS);
        }
        result.seconds = time.toNanos() / 1e9;
        Throwable failure = result.failures.peek();
        if (failure != null) {
            throw new IllegalStateException("A call failed", failure);
        }
        return result;
    }
}
