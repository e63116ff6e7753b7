package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.tensor.Outputs;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Calls on tensors, whose outputs go where the call says. They share runs with those of other callers where the model allows it. */
final class TensorVersionCalls implements VersionCalls<TensorCall, Outputs> {
    private final LoadedVersion version;

    TensorVersionCalls(LoadedVersion version) {
        this.version = version;
    }

    @Override
    public Outputs run(TensorCall input, CallOptions options) {
        return TensorRun.run(version, input.inputs(), true, input.memory(), options);
    }

    @Override
    public List<Outputs> runAll(List<? extends TensorCall> inputs, CallOptions options) {
        return Futures.joinAll(inputs, options, this::start);
    }

    @Override
    public CompletableFuture<Outputs> start(TensorCall input, CallOptions options) {
        try {
            return TensorRun.start(version, input.inputs(), input.memory(), Function.identity(), options);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
