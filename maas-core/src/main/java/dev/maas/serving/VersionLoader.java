package dev.maas.serving;

import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import dev.maas.batching.ModelRunner;
import dev.maas.engine.LoadedModel;

/**
 * Brings a version into memory, ready to serve: inspected, loaded, checked against its own golden data, warm. Safe for use by any
 * thread; each load blocks for as long as all that takes.
 */
final class VersionLoader {
    private final Workshop workshop;

    VersionLoader(Workshop workshop) {
        this.workshop = workshop;
    }

    /**
     * Loads a version. Takes over the source, which is closed with the version, or at once if loading fails.
     *
     * @param onFreed runs when all that the version took was freed, by whoever frees it; not if loading fails before there was anything
     * @throws dev.maas.ModelLoadException if the model is not sound, or fails its golden data
     */
    LoadedVersion load(
            ModelRef ref,
            String digest,
            ModelMetadata metadata,
            ModelSource source,
            ModelOptions options,
            Runnable onFreed) {
        LoadedModel loaded;
        try {
            loaded = workshop.gate().load(source, workshop.engines());
        } catch (RuntimeException | Error e) {
            closeAfter(e, source);
            throw e;
        }
        ModelRunner runner = new ModelRunner(
                new SourceBoundModel(loaded, source, onFreed),
                options.runner(),
                workshop.executor(),
                workshop.deadlines());
        LoadedVersion version = new LoadedVersion(
                ref,
                digest,
                metadata,
                loaded,
                runner,
                options,
                workshop.resultCaches().of(ref.name(), options));
        try {
            new WarmUp(version, source, workshop.gate(), options).run();
            IdleTrim.lookAfter(version, options.trimAfter(), workshop);
            return version;
        } catch (RuntimeException | Error e) {
            closeAfter(e, version);
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }
}
