package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.Translator;
import dev.maas.batching.ModelRunner;
import dev.maas.bind.Binding;
import dev.maas.engine.LoadedModel;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A version in memory, with what is needed to call it. It never changes, but it may be closed. Safe for use by any thread.
 */
final class LoadedVersion implements AutoCloseable {
    private final ModelRef ref;
    private final String digest;
    private final ModelMetadata metadata;
    private final LoadedModel model;
    private final ModelRunner runner;
    private final @Nullable Duration timeout;
    private final @Nullable ResultCache cache;
    private final String cacheKey;

    LoadedVersion(
            ModelRef ref,
            String digest,
            ModelMetadata metadata,
            LoadedModel model,
            ModelRunner runner,
            ModelOptions options,
            @Nullable ResultCache cache) {
        this.ref = ref;
        this.digest = digest;
        this.metadata = metadata;
        this.model = model;
        this.runner = runner;
        this.timeout = options.timeout().orElse(null);
        this.cache = cache;
        this.cacheKey = digest.isEmpty() ? UUID.randomUUID().toString() : digest;
    }

    ModelRef ref() {
        return ref;
    }

    /** The digest of the version's manifest; empty for one that came from no registry. */
    String digest() {
        return digest;
    }

    /** The version's number; 0 for one that came from no registry. */
    int number() {
        return ref.selector() instanceof ModelRef.Version version ? version.number() : 0;
    }

    ModelMetadata metadata() {
        return metadata;
    }

    Signature signature() {
        return model.signature();
    }

    LoadedModel model() {
        return model;
    }

    ModelRunner runner() {
        return runner;
    }

    /** What tells the results of this version from those of others. */
    String cacheKey() {
        return cacheKey;
    }

    /** How values are run by way of a binding. */
    <I, O> VersionCalls<I, O> calls(Binding<I, O> binding) {
        return cache == null
                ? new BindingCalls<>(runner, binding)
                : new CachedCalls<>(this, cache, TensorConversion.of(signature(), binding));
    }

    /** How values are run by way of a translator. */
    <I, O> VersionCalls<I, O> calls(Translator<I, O> translator) {
        return cache == null
                ? new TranslatorCalls<>(this, translator)
                : new CachedCalls<>(this, cache, TensorConversion.of(signature(), translator));
    }

    /** How tensors are run. */
    VersionCalls<TensorCall, Outputs> tensorCalls() {
        return cache == null ? new TensorVersionCalls(this) : calls(TensorTranslator.INSTANCE);
    }

    private enum TensorTranslator implements Translator<TensorCall, Outputs> {
        INSTANCE;

        @Override
        public Map<String, Tensor> toTensors(TensorCall input) {
            return input.inputs();
        }

        @Override
        public Outputs fromOutputs(Outputs outputs) {
            return outputs;
        }
    }

    /** The call's own bounds, or the model's where it brings none. */
    CallOptions bounded(CallOptions call) {
        return timeout == null || call.timeout().isPresent() ? call : call.withTimeout(timeout);
    }

    /** Grants no call any more; what is loaded is freed when the last one is through. Does not wait. */
    void beginClose() {
        runner.beginClose();
    }

    /** Frees what is loaded, after a {@link ModelRunner#tryCloseIdle} that succeeded, and returns when it was. */
    void finishClose() {
        runner.finishClose();
        runner.close();
    }

    /** Returns whether nothing of it is left in memory. */
    boolean isFreed() {
        return runner.isFreed();
    }

    /** Completes when nothing of it is left in memory. */
    CompletableFuture<Void> freed() {
        return runner.freed();
    }

    /** Waits for the calls under way and frees what is loaded. */
    @Override
    public void close() {
        runner.close();
    }
}
