package dev.maas.benchmarks;

import dev.maas.Model;
import dev.maas.Predictor;
import dev.maas.serving.ModelLoader;

/** maas with its defaults: one predictor for all threads. */
final class MaasRuntime implements AutoCloseable {
    private final ModelLoader loader = ModelLoader.create();
    private final Model model;
    private final Predictor<float[], float[]> predictor;

    MaasRuntime(Mlp mlp) {
        model = loader.load(mlp.onnx());
        predictor = model.predictor(float[].class, float[].class);
    }

    Predictor<float[], float[]> predictor() {
        return predictor;
    }

    @Override
    public void close() {
        model.close();
        loader.close();
    }
}
