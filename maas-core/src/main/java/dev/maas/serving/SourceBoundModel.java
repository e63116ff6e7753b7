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

    SourceBoundModel(LoadedModel model, ModelSource source) {
        this.model = model;
        this.source = source;
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
            source.close();
        }
    }
}
