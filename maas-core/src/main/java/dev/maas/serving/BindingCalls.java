package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.batching.ModelRunner;
import dev.maas.bind.Binding;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Calls through a typed binding. */
final class BindingCalls<I, O> implements VersionCalls<I, O> {
    private final ModelRunner runner;
    private final Binding<I, O> binding;

    BindingCalls(ModelRunner runner, Binding<I, O> binding) {
        this.runner = runner;
        this.binding = binding;
    }

    @Override
    public O run(I input, CallOptions options) {
        return runner.runLeased(binding, input, options);
    }

    @Override
    public List<O> runAll(List<? extends I> inputs, CallOptions options) {
        return runner.runAllLeased(binding, inputs, options);
    }

    @Override
    public CompletableFuture<O> start(I input, CallOptions options) {
        return runner.start(binding, input, options);
    }
}
