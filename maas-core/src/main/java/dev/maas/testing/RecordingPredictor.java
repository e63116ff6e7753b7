package dev.maas.testing;

import dev.maas.CallOptions;
import dev.maas.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A predictor that remembers what it was asked and what came of it.
 *
 * <p>Safe for use by any thread, if what answers is. It remembers every call until {@link #clear()}. Calls are in the order in which they
 * began; each input of a list is a call of its own.
 *
 * <pre>{@code
 * RecordingPredictor<String, Float> spam = RecordingPredictor.answering(text -> text.contains("free") ? 1f : 0f);
 * new Inbox(spam).receive("free prize");
 * assertThat(spam.inputs()).containsExactly("free prize");
 * }</pre>
 *
 * @param <I> the type of the input
 * @param <O> the type of the prediction
 */
public final class RecordingPredictor<I, O> implements Predictor<I, O> {
    private final Predictor<I, O> predictor;
    private final Object lock = new Object();

    // Guarded by lock, and so is the outcome of each.
    private final List<Pending<I, O>> calls = new ArrayList<>();

    private RecordingPredictor(Predictor<I, O> predictor) {
        this.predictor = Objects.requireNonNull(predictor, "predictor");
    }

    /**
     * What is known of one call.
     *
     * @param input what was asked
     * @param options the bounds that came with it
     * @param result what was answered; empty if nothing yet, or the call failed
     * @param failure why it failed; empty if it did not, or not yet
     */
    public record Call<I, O>(I input, CallOptions options, Optional<O> result, Optional<Throwable> failure) {
        /** Returns whether the call is over. */
        public boolean isDone() {
            return result.isPresent() || failure.isPresent();
        }
    }

    private static final class Pending<I, O> {
        private final I input;
        private final CallOptions options;
        private @Nullable O result;
        private @Nullable Throwable failure;

        Pending(I input, CallOptions options) {
            this.input = input;
            this.options = options;
        }

        Call<I, O> snapshot() {
            return new Call<>(input, options, Optional.ofNullable(result), Optional.ofNullable(failure));
        }
    }

    /** Returns a predictor whose answers come from a function; an exception from it reaches the caller as it is. */
    public static <I, O> RecordingPredictor<I, O> answering(Function<? super I, ? extends O> answers) {
        return new RecordingPredictor<>(answers::apply);
    }

    /** Returns a predictor that hands every call on to another. */
    public static <I, O> RecordingPredictor<I, O> of(Predictor<I, O> predictor) {
        return new RecordingPredictor<>(predictor);
    }

    /** Returns every call so far. */
    public List<Call<I, O>> calls() {
        synchronized (lock) {
            return calls.stream().map(Pending::snapshot).toList();
        }
    }

    /** Returns what was asked so far. */
    public List<I> inputs() {
        synchronized (lock) {
            return calls.stream().map(call -> call.input).toList();
        }
    }

    /** Forgets every call; those under way are not remembered when they end. */
    public void clear() {
        synchronized (lock) {
            calls.clear();
        }
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        Pending<I, O> call = begin(input, options);
        try {
            O result = predictor.predict(input, options);
            end(call, result, null);
            return result;
        } catch (RuntimeException | Error e) {
            end(call, null, e);
            throw e;
        }
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        List<Pending<I, O>> begun = new ArrayList<>();
        synchronized (lock) {
            inputs.forEach(input -> begun.add(begin(input, options)));
        }
        try {
            List<O> results = predictor.predictAll(inputs, options);
            for (int i = 0; i < begun.size(); i++) {
                end(begun.get(i), results.get(i), null);
            }
            return results;
        } catch (RuntimeException | Error e) {
            begun.forEach(call -> end(call, null, e));
            throw e;
        }
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        Pending<I, O> call = begin(input, options);
        CompletableFuture<O> future = predictor.predictAsync(input, options);
        // The caller gets the predictor's own future, so that cancelling it reaches the work.
        CompletableFuture<O> unused = future.whenComplete((result, failure) -> end(call, result, failure));
        return future;
    }

    private Pending<I, O> begin(I input, CallOptions options) {
        Pending<I, O> call = new Pending<>(Objects.requireNonNull(input, "input"), options);
        synchronized (lock) {
            calls.add(call);
        }
        return call;
    }

    private void end(Pending<I, O> call, @Nullable O result, @Nullable Throwable failure) {
        synchronized (lock) {
            call.result = result;
            call.failure = failure instanceof CompletionException wrapper && wrapper.getCause() != null
                    ? wrapper.getCause()
                    : failure;
        }
    }
}
