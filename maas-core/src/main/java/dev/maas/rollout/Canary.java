package dev.maas.rollout;

import dev.maas.CallOptions;
import dev.maas.InvalidInputException;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a share of the calls try a candidate, and decides by itself: all calls go to the candidate once it has shown to be no worse, or to
 * the baseline once it has shown to be worse.
 *
 * <pre>{@code
 * Canary<String, Verdict> canary = Canary.between(
 *                 service.predictor("topics@champion", String.class, Verdict.class),
 *                 service.predictor("topics@candidate", String.class, Verdict.class))
 *         .share(0.05)
 *         .slowerThan(Duration.ofMillis(20))
 *         .onDecision(report -> log.info("{}", report))
 *         .build();
 * }</pre>
 *
 * <p>Compared are the rates of calls that fail, of calls that take longer than a bound if there is one, and of predictions that were said to be
 * wrong if {@linkplain Builder#withFeedback feedback} is given. The comparison is a sequential test, {@link dev.maas.monitor.TwoSampleTest}: the
 * probability that a candidate which is no worse is ever rolled back is at most {@link Builder#alpha}, however long it runs and whatever the
 * rates are. Nothing is assumed to be known of the baseline, which is measured at the same time.
 *
 * <p>Calls with the same routing key go to the same side. Those whose caller gave up do not count. A list is one call. Asynchronous calls count
 * when they end. The candidate is loaded with its first call, unless {@code load} was called before; how long that takes counts as well.
 *
 * <p>Safe for use by any thread.
 */
public final class Canary<I, O> implements Predictor<I, O> {
    private static final Logger LOG = LoggerFactory.getLogger(Canary.class);

    private final Predictor<I, O> baseline;
    private final Predictor<I, O> candidate;
    private final Predictor<I, O> shielded;
    private final double share;
    private final long slowNanos;
    private final Buckets buckets;
    private final CanaryTests tests;
    private final Consumer<CanaryReport> onDecision;

    private Canary(Builder<I, O> builder) {
        this.baseline = new Counted(builder.baseline, false);
        this.candidate = new Counted(builder.candidate, true);
        this.shielded = builder.shielded
                ? Fallback.from(candidate).then(builder.baseline).build()
                : candidate;
        this.share = builder.share;
        this.slowNanos = builder.slowerThan == null ? Long.MAX_VALUE : builder.slowerThan.toNanos();
        this.buckets = new Buckets(builder.salt);
        this.tests = new CanaryTests(builder);
        this.onDecision = builder.onDecision;
    }

    /** Returns a builder for a canary between what serves now and what may serve from now on. */
    public static <I, O> Builder<I, O> between(Predictor<I, O> baseline, Predictor<I, O> candidate) {
        return new Builder<>(baseline, candidate);
    }

    private Predictor<I, O> choose(CallOptions options) {
        return switch (tests.state()) {
            case PROMOTED -> candidate;
            case ROLLED_BACK -> baseline;
            case RUNNING -> buckets.point(options) < share ? shielded : baseline;
        };
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        return choose(options).predict(input, options);
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        return choose(options).predictAll(inputs, options);
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        return choose(options).predictAsync(input, options);
    }

    /** One side, whose calls are counted while the canary runs. */
    private final class Counted implements Predictor<I, O> {
        private final Predictor<I, O> side;
        private final boolean isCandidate;

        Counted(Predictor<I, O> side, boolean isCandidate) {
            this.side = side;
            this.isCandidate = isCandidate;
        }

        @Override
        public O predict(I input) {
            return predict(input, CallOptions.none());
        }

        @Override
        public O predict(I input, CallOptions options) {
            return call(() -> side.predict(input, options));
        }

        @Override
        public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
            return call(() -> side.predictAll(inputs, options));
        }

        private <R> R call(Supplier<R> call) {
            long begun = System.nanoTime();
            R result;
            try {
                result = call.get();
            } catch (RuntimeException | Error e) {
                ended(isCandidate, begun, e);
                throw e;
            }
            ended(isCandidate, begun, null);
            return result;
        }

        @Override
        public CompletableFuture<O> predictAsync(I input, CallOptions options) {
            long begun = System.nanoTime();
            CompletableFuture<O> future = side.predictAsync(input, options);
            CompletableFuture<O> unused = future.whenComplete((result, failure) -> ended(isCandidate, begun, failure));
            return future;
        }
    }

    private void ended(boolean isCandidate, long begun, @Nullable Throwable failure) {
        if (tests.state() != CanaryReport.State.RUNNING || (failure != null && Failures.isCancellation(failure))) {
            return;
        }
        tell(tests.ended(isCandidate, failure != null, System.nanoTime() - begun > slowNanos));
    }

    /**
     * Says whether a prediction turned out to be right, if {@link Builder#withFeedback} was chosen.
     *
     * @param routingKey the key of the call, which says which side answered it
     * @throws InvalidInputException if feedback was not chosen
     */
    public void feedback(String routingKey, boolean right) {
        if (!tests.takesFeedback()) {
            throw new InvalidInputException("The canary takes no feedback; build it withFeedback()");
        }
        tell(tests.judged(buckets.point(routingKey) < share, !right));
    }

    /** Gives all calls to the candidate from now on; does nothing once it is decided. */
    public void promote() {
        tell(tests.decide(CanaryReport.State.PROMOTED));
    }

    /** Gives all calls to the baseline from now on; does nothing once it is decided. */
    public void rollBack() {
        tell(tests.decide(CanaryReport.State.ROLLED_BACK));
    }

    private void tell(Optional<CanaryReport> decision) {
        if (decision.isEmpty()) {
            return;
        }
        LOG.info("Canary: {}", decision.get());
        try {
            onDecision.accept(decision.get());
        } catch (RuntimeException e) {
            // The call that happened to decide did its work, and so did the decision.
            LOG.warn("Canary: who was to hear of the decision failed", e);
        }
    }

    /** Returns how the comparison stands. */
    public CanaryReport report() {
        return tests.report();
    }

    @Override
    public String toString() {
        return "Canary[" + tests.state() + "]";
    }

    /** Puts a canary together. Not safe for use by several threads. */
    public static final class Builder<I, O> {
        private final Predictor<I, O> baseline;
        private final Predictor<I, O> candidate;
        double share = 0.05;
        double alpha = 0.05;
        double margin = 0.02;
        long minCalls = 100;

        @Nullable
        Duration slowerThan;

        boolean feedback;
        private boolean shielded;
        private String salt = "";
        private Consumer<CanaryReport> onDecision = report -> {};

        private Builder(Predictor<I, O> baseline, Predictor<I, O> candidate) {
            this.baseline = baseline;
            this.candidate = candidate;
        }

        /** Sets the part of the calls that the candidate gets while it is compared, between 0 and 1; by default 0.05. */
        public Builder<I, O> share(double newShare) {
            share = between0And1("share", newShare);
            return this;
        }

        /**
         * Sets the probability, between 0 and 1, of rolling back a candidate that is no worse, and that of promoting one that is worse by
         * more than the margin; by default 0.05.
         */
        public Builder<I, O> alpha(double newAlpha) {
            alpha = between0And1("alpha", newAlpha);
            return this;
        }

        /**
         * Sets by how much a rate may be higher than the baseline's, between 0 and 1, and the candidate still be promoted; by default 0.02.
         * A smaller one takes more calls: about one divided by its square.
         */
        public Builder<I, O> margin(double newMargin) {
            margin = between0And1("margin", newMargin);
            return this;
        }

        /** Sets how many calls the candidate has answered before it is promoted, at least; by default 100. */
        public Builder<I, O> minCalls(long calls) {
            if (calls < 0) {
                throw new InvalidInputException("minCalls is at least 0; got " + calls);
            }
            minCalls = calls;
            return this;
        }

        /** Compares the rate of successful calls that take longer than that, too. */
        public Builder<I, O> slowerThan(Duration bound) {
            if (bound.isZero() || bound.isNegative()) {
                throw new InvalidInputException("slowerThan is longer than zero; got " + bound);
            }
            slowerThan = bound;
            return this;
        }

        /** Compares the rate of wrong predictions, too, as {@link Canary#feedback} tells them. */
        public Builder<I, O> withFeedback() {
            feedback = true;
            return this;
        }

        /** Answers calls that fail at the candidate by the baseline, within their deadline; they count as failures of the candidate. */
        public Builder<I, O> shieldCallers() {
            shielded = true;
            return this;
        }

        /** Lets routing keys fall otherwise than in splits and canaries with another salt. */
        public Builder<I, O> salt(String newSalt) {
            salt = newSalt;
            return this;
        }

        /**
         * Sets who hears of the decision, once: to move the alias, for one. It is called in the thread of the call that decided; what it
         * throws is logged.
         */
        public Builder<I, O> onDecision(Consumer<CanaryReport> listener) {
            onDecision = listener;
            return this;
        }

        private static double between0And1(String name, double value) {
            if (!(value > 0 && value < 1)) {
                throw new InvalidInputException(name + " lies between 0 and 1; got " + value);
            }
            return value;
        }

        /** Returns the canary. */
        public Canary<I, O> build() {
            return new Canary<>(this);
        }
    }
}
