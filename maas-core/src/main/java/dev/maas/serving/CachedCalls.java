package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.batching.ModelRunner;
import dev.maas.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Calls that are answered by earlier results for the same tensors where there are any. */
final class CachedCalls<I, O> implements VersionCalls<I, O> {
    private final LoadedVersion version;
    private final ResultCache cache;
    private final TensorConversion<I, O> conversion;

    CachedCalls(LoadedVersion version, ResultCache cache, TensorConversion<I, O> conversion) {
        this.version = version;
        this.cache = cache;
        this.conversion = conversion;
    }

    @Override
    public O run(I input, CallOptions options) {
        List<Tensor> tensors = conversion.toTensors(input);
        ResultKey key = ResultKey.of(version.cacheKey(), tensors);
        List<Object> values = cache.get(
                key, options, bounded -> ResultValues.copy(version.runner().runTensorsLeased(tensors, true, bounded)));
        return conversion.toResult(tensors, values);
    }

    @Override
    public List<O> runAll(List<? extends I> inputs, CallOptions options) {
        return Futures.joinAll(inputs, options, this::start);
    }

    @Override
    public CompletableFuture<O> start(I input, CallOptions options) {
        ModelRunner runner = version.runner();
        try {
            List<Tensor> tensors = conversion.toTensors(input);
            ResultKey key = ResultKey.of(version.cacheKey(), tensors);
            // A call that waits for another may have to run later, when the caller's lease is gone.
            runner.acquireMore();
            CompletableFuture<List<Object>> values;
            try {
                values = cache.start(
                        key,
                        options,
                        bounded -> Futures.map(runner.startTensorsLeased(tensors, true, bounded), ResultValues::copy));
            } catch (RuntimeException | Error e) {
                runner.release();
                throw e;
            }
            CompletableFuture<List<Object>> unused = values.whenComplete((result, failure) -> runner.release());
            return Futures.map(values, outputs -> conversion.toResult(tensors, outputs));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
