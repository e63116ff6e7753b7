package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.Predictor;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The predictor of one loaded version. */
final class BoundPredictor<I, O> implements Predictor<I, O> {
    private final ServedModel model;
    private final LoadedVersion version;
    private final VersionCalls<I, O> calls;

    BoundPredictor(ServedModel model, LoadedVersion version, VersionCalls<I, O> calls) {
        this.model = model;
        this.version = version;
        this.calls = calls;
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        model.lease();
        try {
            return calls.run(input, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        model.lease();
        try {
            return calls.runAll(inputs, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        try {
            model.lease();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        try {
            return calls.start(input, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public String toString() {
        return "Predictor[" + version.ref() + "]";
    }
}
