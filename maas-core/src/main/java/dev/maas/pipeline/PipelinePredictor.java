package dev.maas.pipeline;

import dev.maas.CallOptions;
import dev.maas.Predictor;
import dev.maas.serving.TensorConversion;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A pipeline as a typed function. Safe for use by any thread. */
final class PipelinePredictor<I, O> implements Predictor<I, O> {
    private final Pipeline pipeline;
    private final TensorConversion<I, O> conversion;

    PipelinePredictor(Pipeline pipeline, TensorConversion<I, O> conversion) {
        this.pipeline = pipeline;
        this.conversion = conversion;
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        List<Tensor> tensors = conversion.toTensors(input);
        return toResult(tensors, pipeline.runChecked(tensors, options));
    }

    private O toResult(List<Tensor> tensors, Outputs outputs) {
        return conversion.toResult(tensors, List.copyOf(outputs.asMap().values()));
    }

    /** Starts all, so that they share runs of the models. */
    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        List<Converted<O>> started = new ArrayList<>();
        try {
            for (I input : inputs) {
                started.add(begin(input, options));
            }
            List<O> results = new ArrayList<>();
            for (Converted<O> call : started) {
                results.add(call.join());
            }
            return results;
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        } finally {
            started.forEach(call -> call.cancel(true));
        }
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        try {
            return begin(input, options);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Converted<O> begin(I input, CallOptions options) {
        List<Tensor> tensors = conversion.toTensors(input);
        CompletableFuture<Outputs> outputs = pipeline.startChecked(tensors, options);
        Converted<O> result = new Converted<>(outputs);
        CompletableFuture<Outputs> unused = outputs.whenComplete((given, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
                return;
            }
            try {
                result.complete(toResult(tensors, given));
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** The result of a call; cancelling it cancels the call. */
    private static final class Converted<O> extends CompletableFuture<O> {
        private final CompletableFuture<Outputs> call;

        Converted(CompletableFuture<Outputs> call) {
            this.call = call;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            call.cancel(mayInterruptIfRunning);
            return cancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }

    @Override
    public String toString() {
        return "Predictor[" + pipeline.name() + "]";
    }
}
