package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.batching.ModelRunner;
import dev.maas.engine.LoadedModel;
import dev.maas.tensor.Signature;
import java.time.Duration;
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

    LoadedVersion(
            ModelRef ref,
            String digest,
            ModelMetadata metadata,
            LoadedModel model,
            ModelRunner runner,
            ModelOptions options) {
        this.ref = ref;
        this.digest = digest;
        this.metadata = metadata;
        this.model = model;
        this.runner = runner;
        this.timeout = options.timeout().orElse(null);
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

    /** The call's own bounds, or the model's where it brings none. */
    CallOptions bounded(CallOptions call) {
        return timeout == null || call.timeout().isPresent() ? call : call.withTimeout(timeout);
    }

    /** Grants no call any more; what is loaded is freed when the last one is through. Does not wait. */
    void beginClose() {
        runner.beginClose();
    }

    /** Returns whether nothing of it is left in memory. */
    boolean isFreed() {
        return runner.isFreed();
    }

    /** Waits for the calls under way and frees what is loaded. */
    @Override
    public void close() {
        runner.close();
    }
}
