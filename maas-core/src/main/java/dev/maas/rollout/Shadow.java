package dev.maas.rollout;

import dev.maas.CallOptions;
import dev.maas.CallOptions.Priority;
import dev.maas.InvalidInputException;
import dev.maas.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers calls by one predictor and runs another on a copy of them, whose answers are compared and thrown away.
 *
 * <pre>{@code
 * Shadow<String, Verdict> shadow = Shadow.of(champion, candidate)
 *         .share(0.1)
 *         .comparing((mine, theirs) -> mine.label().equals(theirs.label()))
 *         .build();
 * }</pre>
 *
 * <p>Callers do not feel it: calls are mirrored after they are answered, by one thread of its own, with low priority; where that is behind, they
 * are dropped and counted. Only calls that the primary answered are mirrored. Arrays are copied before they are kept; an input of another kind
 * that its caller changes afterwards needs {@link Builder#copying}.
 *
 * <p>Safe for use by any thread. {@link #close} ends the thread; calls are answered after it, and not mirrored any more.
 */
public final class Shadow<I, O> implements Predictor<I, O>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Shadow.class);
    private static final long IDLE_SECONDS = 10;

    private final Predictor<I, O> primary;
    private final Predictor<I, O> shadow;
    private final double share;
    private final Buckets buckets;
    private final BiPredicate<? super O, ? super O> alike;
    private final UnaryOperator<I> copying;
    private final DifferenceListener<? super I, ? super O> listener;
    private final ThreadPoolExecutor mirror;
    private final LongAdder agreed = new LongAdder();
    private final LongAdder differed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    private Shadow(Builder<I, O> builder) {
        this.primary = builder.primary;
        this.shadow = builder.shadow;
        this.share = builder.share;
        this.buckets = new Buckets("shadow");
        this.alike = builder.alike;
        this.copying = builder.copying;
        this.listener = builder.listener;
        this.mirror = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(builder.queue), runnable -> {
                    Thread thread = new Thread(runnable, "maas-shadow");
                    thread.setDaemon(true);
                    return thread;
                });
        mirror.allowCoreThreadTimeOut(true);
    }

    /** Returns a builder for what answers, and what runs beside it. */
    public static <I, O> Builder<I, O> of(Predictor<I, O> primary, Predictor<I, O> shadow) {
        return new Builder<>(primary, shadow);
    }

    /** Hears of calls that the two answered otherwise; called by the shadow's thread. */
    @FunctionalInterface
    public interface DifferenceListener<I, O> {
        /** Takes an input and both answers. */
        void differed(I input, O primary, O shadow);
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        List<I> copies = isMirrored(options) ? copies(List.of(input)) : List.of();
        O result = primary.predict(input, options);
        mirror(copies, List.of(result), options);
        return result;
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        List<I> copies = isMirrored(options) ? copies(inputs) : List.of();
        List<O> results = primary.predictAll(inputs, options);
        mirror(copies, results, options);
        return results;
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        if (!isMirrored(options)) {
            return primary.predictAsync(input, options);
        }
        List<I> copies = copies(List.of(input));
        CompletableFuture<O> future = primary.predictAsync(input, options);
        CompletableFuture<O> unused = future.whenComplete((result, failure) -> {
            if (failure == null) {
                mirror(copies, List.of(result), options);
            }
        });
        return future;
    }

    /** Returns copies of inputs; none if they cannot be copied, which is no reason to fail the call. */
    private List<I> copies(List<? extends I> inputs) {
        try {
            List<I> copies = new ArrayList<>(inputs.size());
            for (I input : inputs) {
                copies.add(copying.apply(input));
            }
            return copies;
        } catch (RuntimeException e) {
            dropped.add(inputs.size());
            LOG.warn("An input cannot be copied for the shadow", e);
            return List.of();
        }
    }

    private boolean isMirrored(CallOptions options) {
        return buckets.point(options) < share;
    }

    private void mirror(List<I> inputs, List<O> results, CallOptions options) {
        for (int i = 0; i < inputs.size(); i++) {
            I input = inputs.get(i);
            // The caller may change the result as well.
            O result = Copies.ofArray(results.get(i));
            try {
                mirror.execute(() -> run(input, result, options));
            } catch (RejectedExecutionException e) {
                dropped.increment();
            }
        }
    }

    private void run(I input, O expected, CallOptions options) {
        CallOptions low = options.withPriority(Priority.LOW);
        long begun = System.nanoTime();
        O actual;
        try {
            actual = shadow.predict(input, low);
        } catch (RuntimeException | Error e) {
            failed.increment();
            LOG.debug("A shadow failed", e);
            return;
        }
        nanos.add(System.nanoTime() - begun);
        compare(input, expected, actual);
    }

    private void compare(I input, O expected, O actual) {
        try {
            if (alike.test(expected, actual)) {
                agreed.increment();
            } else {
                differed.increment();
                listener.differed(input, expected, actual);
            }
        } catch (RuntimeException e) {
            LOG.warn("A shadow's answer could not be compared, or who was to hear of it failed", e);
        }
    }

    /** Returns what became of the calls so far. */
    public ShadowReport report() {
        long answered = agreed.sum() + differed.sum();
        double micros = answered == 0 ? 0 : nanos.sum() / 1000.0 / answered;
        return new ShadowReport(agreed.sum(), differed.sum(), failed.sum(), dropped.sum(), micros);
    }

    /** Mirrors no more calls, and forgets those that wait. Does not wait for the one that runs. */
    @Override
    public void close() {
        dropped.add(mirror.shutdownNow().size());
    }

    @Override
    public String toString() {
        return report().toString();
    }

    /** Puts a shadow together. Not safe for use by several threads. */
    public static final class Builder<I, O> {
        private final Predictor<I, O> primary;
        private final Predictor<I, O> shadow;
        private double share = 1;
        private int queue = 1000;
        private BiPredicate<? super O, ? super O> alike = Objects::deepEquals;
        private UnaryOperator<I> copying = Copies::ofArray;
        private DifferenceListener<? super I, ? super O> listener = (input, mine, theirs) -> {};

        private Builder(Predictor<I, O> primary, Predictor<I, O> shadow) {
            this.primary = primary;
            this.shadow = shadow;
        }

        /** Mirrors only that part of the calls, above 0 and at most 1; by default all. */
        public Builder<I, O> share(double newShare) {
            if (!(newShare > 0 && newShare <= 1)) {
                throw new InvalidInputException("share is above 0 and at most 1; got " + newShare);
            }
            share = newShare;
            return this;
        }

        /** Lets that many calls wait for the shadow, at most; more are dropped. By default 1,000. */
        public Builder<I, O> queue(int calls) {
            if (calls < 1) {
                throw new InvalidInputException("queue is at least 1; got " + calls);
            }
            queue = calls;
            return this;
        }

        /** Sets when answers count as alike; by default if they are equal, arrays by their elements. */
        public Builder<I, O> comparing(BiPredicate<? super O, ? super O> test) {
            alike = test;
            return this;
        }

        /** Sets how inputs are copied that callers may change after their call; by default arrays are, and all others are kept. */
        public Builder<I, O> copying(UnaryOperator<I> copy) {
            copying = copy;
            return this;
        }

        /** Sets who hears of each difference. */
        public Builder<I, O> onDifference(DifferenceListener<? super I, ? super O> newListener) {
            listener = newListener;
            return this;
        }

        /** Returns the shadow. */
        public Shadow<I, O> build() {
            return new Shadow<>(this);
        }
    }
}
