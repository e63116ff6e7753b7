package dev.maas;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A typed function from an input to a prediction.
 *
 * <p>One predictor serves all threads: there is no need for one per thread, nor to close it. It is a functional
 * interface, so a unit test replaces a model with a lambda:
 *
 * <pre>{@code
 * Predictor<String, Verdict> spam = text -> new Verdict("spam", Map.of());
 * }</pre>
 *
 * <p>The other methods have defaults in terms of {@link #predict(Object)}, so that such a stand-in answers them all. A
 * Mockito mock does so when it is made with {@code CALLS_REAL_METHODS}.
 * Those that a model hands out do better: they batch, queue within bounds, and keep deadlines.
 *
 * @param <I> the type of the input
 * @param <O> the type of the prediction
 */
@FunctionalInterface
public interface Predictor<I, O> {
    /**
     * Predicts for one input; blocks until the result is there.
     *
     * @throws InvalidInputException if the model does not take this input
     * @throws OverloadedException if the model has no room for another call
     * @throws EngineException if the run failed
     * @throws ClosedException if the model was closed
     */
    O predict(I input);

    /**
     * Predicts for one input within the given bounds.
     *
     * @throws DeadlineExceededException if the deadline passed first
     * @throws AccessDeniedException if the caller may not use the model
     */
    default O predict(I input, CallOptions options) {
        return predict(input);
    }

    /**
     * Predicts for each input; the results are in the order of the inputs. If one input fails, the whole call does.
     */
    default List<O> predictAll(List<? extends I> inputs) {
        return predictAll(inputs, CallOptions.none());
    }

    /** Predicts for each input within the given bounds, which hold for the call as a whole. */
    default List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        List<O> results = new ArrayList<>(inputs.size());
        for (I input : inputs) {
            results.add(predict(input, options));
        }
        return results;
    }

    /**
     * Starts a prediction and returns at once. Cancelling the future drops work that has not begun.
     *
     * <p>Every failure is in the future, none is thrown. The default computes in the calling thread, so that a
     * stand-in behaves the same each time.
     */
    default CompletableFuture<O> predictAsync(I input) {
        return predictAsync(input, CallOptions.none());
    }

    /** Starts a prediction within the given bounds; see {@link #predictAsync(Object)}. */
    default CompletableFuture<O> predictAsync(I input, CallOptions options) {
        try {
            return CompletableFuture.completedFuture(predict(input, options));
        } catch (Throwable e) { // As CompletableFuture itself does; a caller looks for failures in one place.
            return CompletableFuture.failedFuture(e);
        }
    }
}
