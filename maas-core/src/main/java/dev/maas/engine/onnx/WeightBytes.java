package dev.maas.engine.onnx;

import dev.maas.ModelSource;
import dev.maas.engine.VettedModel;
import dev.maas.engine.VettedModel.ExternalTensor;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * The memory that a model's weights take, told from its files.
 *
 * <p>The runtime's Java API gives no figure. A model's file is its weights with a little graph around them, and the runtime keeps each
 * weight in memory once per session, in the layout that its operators like, so the sizes of the files are a fair measure. What the runs need on
 * top is not in it. Rejected: the growth of the process while loading, which other threads' work blurs.
 */
final class WeightBytes {
    private WeightBytes() {}

    /** The bytes for so many sessions of the model. */
    static OptionalLong of(VettedModel model, int sessions) {
        ModelSource source = model.source();
        try {
            long outside = model.externalTensors().stream()
                    .mapToLong(ExternalTensor::length)
                    .sum();
            return OptionalLong.of(sessions * (source.size(source.entry()) + outside));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
