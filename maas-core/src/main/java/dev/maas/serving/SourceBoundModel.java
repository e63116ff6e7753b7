package dev.maas.serving;

import dev.maas.ModelSource;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.Signature;
import java.util.Map;
import java.util.OptionalLong;

/** A loaded model together with its source, which stays open as long: an engine may read weights from its files while it runs. */
final class SourceBoundModel implements LoadedModel {
    private final LoadedModel model;
    private final ModelSource source;
    private final Runnable onFreed;

    /** Binds the two together; what is to happen afterwards happens once both are closed. */
    SourceBoundModel(LoadedModel model, ModelSource source, Runnable onFreed) {
        this.model = model;
        this.source = source;
        this.onFreed = onFreed;
    }

    @Override
    public Signature signature() {
        return model.signature();
    }

    @Override
    public Map<String, String> properties() {
        return model.properties();
    }

    @Override
    public OptionalLong nativeBytes() {
        return model.nativeBytes();
    }

    @Override
    public boolean isSizeExact() {
        return model.isSizeExact();
    }

    @Override
    public void trim() {
        model.trim();
    }

    @Override
    public RunFrame newFrame() {
        return model.newFrame();
    }

    @Override
    public RunFrame newThroughputFrame() {
        return model.newThroughputFrame();
    }

    @Override
    public void close() {
        try {
            model.close();
        } finally {
            try {
                source.close();
            } finally {
                onFreed.run();
            }
        }
    }
}
