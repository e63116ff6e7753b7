package dev.maas.rollout;

import dev.maas.CallOptions;
import dev.maas.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Goes on where a model fails: with another version, a function, or a constant.
 *
 * <pre>{@code
 * Predictor<String, Verdict> topics = Fallback.from(service.predictor("topics@champion", String.class, Verdict.class))
 *         .then(service.predictor("topics@previous", String.class, Verdict.class))
 *         .thenValue(new Verdict("unknown"))
 *         .build();
 * }</pre>
 *
 * <p>A call goes on when a step fails for reasons that another may not share: the model is overloaded, too slow, closed, cannot be loaded, or
 * its run failed. It does not if the input is wrong, the caller may not call, or the call was cancelled. The deadline is that of the whole
 * call: steps that call a model are left out once it has passed, functions and constants are not. If every step fails, the first failure is
 * thrown, and the others are its suppressed exceptions. A list goes on as a whole.
 *
 * <p>Immutable but for its counters, and safe for use by any thread.
 */
public final class Fallback<I, O> implements Predictor<I, O> {
    private final List<Step<I, O>> steps;

    private Fallback(List<Step<I, O>> steps) {
        this.steps = steps;
    }

    /**
     * One step.
     *
     * @param local whether it is done in no time
     */
    private record Step<I, O>(Predictor<I, O> predictor, boolean local, LongAdder answers) {}

    /** Returns a builder with the predictor that is to answer. */
    public static <I, O> Builder<I, O> from(Predictor<I, O> first) {
        return new Builder<I, O>().then(first);
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        return run(options, (predictor, bounded) -> predictor.predict(input, bounded));
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        return run(options, (predictor, bounded) -> predictor.predictAll(inputs, bounded));
    }

    private interface Call<I, O, R> {
        R by(Predictor<I, O> predictor, CallOptions options);
    }

    private <R> R run(CallOptions options, Call<I, O, R> call) {
        TimeLeft time = TimeLeft.of(options);
        RuntimeException first = null;
        for (Step<I, O> step : steps) {
            if (first != null && !step.local && time.isOver()) {
                continue;
            }
            try {
                R result = call.by(step.predictor, first == null ? options : bounded(step, time));
                step.answers.increment();
                return result;
            } catch (RuntimeException e) {
                first = merged(first, e);
                if (!Failures.mayGoElsewhere(e)) {
                    throw first;
                }
            }
        }
        if (first == null) {
            throw new IllegalStateException("A fallback has a step");
        }
        throw first;
    }

    private static <I, O> CallOptions bounded(Step<I, O> step, TimeLeft time) {
        return step.local ? time.options() : time.now();
    }

    private static <T extends Throwable> T merged(@Nullable T first, T next) {
        if (first == null) {
            return next;
        }
        if (first != next) {
            first.addSuppressed(next);
        }
        return first;
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        return new Chain<>(steps, input, TimeLeft.of(options)).begin();
    }

    /** An asynchronous call on its way from step to step. */
    private static final class Chain<I, O> extends CompletableFuture<O> {
        private final List<Step<I, O>> steps;
        private final I input;
        private final TimeLeft time;
        private volatile @Nullable Future<?> present;

        Chain(List<Step<I, O>> steps, I input, TimeLeft time) {
            this.steps = steps;
            this.input = input;
            this.time = time;
        }

        Chain<I, O> begin() {
            take(0, null);
            return this;
        }

        private void take(int place, @Nullable Throwable first) {
            int next = place;
            while (first != null && next < steps.size() && !steps.get(next).local && time.isOver()) {
                next++;
            }
            if (next == steps.size()) {
                completeExceptionally(first == null ? new IllegalStateException("A fallback has a step") : first);
                return;
            }
            Step<I, O> step = steps.get(next);
            int following = next + 1;
            CompletableFuture<O> run =
                    step.predictor.predictAsync(input, first == null ? time.options() : bounded(step, time));
            present = run;
            if (isCancelled()) {
                run.cancel(true);
            }
            CompletableFuture<O> unused = run.whenComplete((result, failure) -> {
                if (failure == null) {
                    step.answers.increment();
                    complete(result);
                } else {
                    goOn(following, merged(first, Failures.unwrapped(failure)), failure);
                }
            });
        }

        private void goOn(int place, Throwable first, Throwable failure) {
            if (Failures.mayGoElsewhere(failure) && !isDone()) {
                try {
                    take(place, first);
                } catch (RuntimeException | Error e) {
                    completeExceptionally(merged(first, e));
                }
            } else {
                completeExceptionally(first);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            Future<?> run = present;
            if (run != null) {
                run.cancel(mayInterruptIfRunning);
            }
            return cancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }

    /** Returns how many calls each step has answered so far, in the order of the steps. */
    public List<Long> answers() {
        return steps.stream().map(step -> step.answers.sum()).toList();
    }

    @Override
    public String toString() {
        return "Fallback" + answers();
    }

    /** Puts a chain together. Not safe for use by several threads. */
    public static final class Builder<I, O> {
        private final List<Step<I, O>> steps = new ArrayList<>();

        private Builder() {}

        private Builder<I, O> add(Predictor<I, O> predictor, boolean local) {
            steps.add(new Step<>(predictor, local, new LongAdder()));
            return this;
        }

        /** Goes on with another predictor. */
        public Builder<I, O> then(Predictor<I, O> predictor) {
            return add(predictor, false);
        }

        /** Goes on with a function of the input, which does not block. */
        public Builder<I, O> thenFunction(Function<? super I, ? extends O> function) {
            return add(function::apply, true);
        }

        /** Goes on with a constant, which all callers share. */
        public Builder<I, O> thenValue(O value) {
            return add(input -> value, true);
        }

        /** Returns the chain. */
        public Fallback<I, O> build() {
            return new Fallback<>(List.copyOf(steps));
        }
    }
}
