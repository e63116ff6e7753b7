package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.Translator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Calls through a translator. It converts in the calling thread, so that slow conversions hold up nobody else; the tensors then share
 * runs with those of other callers where the model allows it.
 */
final class TranslatorCalls<I, O> implements VersionCalls<I, O> {
    /** A list may be longer than the model's queue; this many keep several batches busy. */
    private static final int MOST_UNDER_WAY = 256;

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
        Countdown countdown = Countdown.of(options);
        Deque<CompletableFuture<O>> underWay = new ArrayDeque<>();
        List<O> results = new ArrayList<>(inputs.size());
        try {
            for (I input : inputs) {
                if (underWay.size() == MOST_UNDER_WAY) {
                    results.add(Futures.join(underWay.removeFirst()));
                }
                underWay.addLast(start(input, countdown.left()));
            }
            while (!underWay.isEmpty()) {
                results.add(Futures.join(underWay.removeFirst()));
            }
            return Collections.unmodifiableList(results);
        } finally {
            underWay.forEach(future -> future.cancel(true));
        }
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
