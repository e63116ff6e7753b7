package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.Predictor;
import dev.maas.bind.Binding;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The predictor of one loaded version. */
final class BoundPredictor<I, O> implements Predictor<I, O> {
    private final ServedModel model;
    private final LoadedVersion version;
    private final Binding<I, O> binding;

    BoundPredictor(ServedModel model, LoadedVersion version, Binding<I, O> binding) {
        this.model = model;
        this.version = version;
        this.binding = binding;
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        model.requireOpen();
        return version.runner().run(binding, input, version.bounded(options));
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        model.requireOpen();
        return version.runner().runAll(binding, inputs, version.bounded(options));
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        try {
            model.requireOpen();
        } catch (ClosedException e) {
            return CompletableFuture.failedFuture(e);
        }
        return version.runner().start(binding, input, version.bounded(options));
    }
}
