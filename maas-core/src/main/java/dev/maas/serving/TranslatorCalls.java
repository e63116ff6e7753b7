package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.Translator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Calls through a translator. It converts in the calling thread, so that slow conversions hold up nobody else; the tensors then share
 * runs with those of other callers where the model allows it.
 */
final class TranslatorCalls<I, O> implements VersionCalls<I, O> {
    private final LoadedVersion version;
    private final Translator<I, O> translator;

    TranslatorCalls(LoadedVersion version, Translator<I, O> translator) {
        this.version = version;
        this.translator = translator;
    }

    @Override
    public O run(I input, CallOptions options) {
        return translator.fromOutputs(TensorRun.run(version, translator.toTensors(input), true, options));
    }

    @Override
    public List<O> runAll(List<? extends I> inputs, CallOptions options) {
        return Futures.joinAll(inputs, options, this::start);
    }

    @Override
    public CompletableFuture<O> start(I input, CallOptions options) {
        try {
            return TensorRun.start(version, translator.toTensors(input), translator::fromOutputs, options);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
