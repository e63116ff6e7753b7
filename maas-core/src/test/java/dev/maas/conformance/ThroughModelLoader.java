package dev.maas.conformance;

import dev.maas.Model;
import dev.maas.ModelSource;
import dev.maas.serving.ModelLoader;
import dev.maas.serving.ModelOptions;
import dev.maas.serving.ServiceOptions;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import java.util.Map;

/**
 * The way an application goes, with all defaults but one: the corpus keeps its cases in golden data sets, which loading would check
 * by its own tolerance, and among them are some that no runtime passes.
 */
final class ThroughModelLoader implements Subject {
    private final ModelLoader loader = ModelLoader.create(
            ServiceOptions.defaults().models(ModelOptions.defaults().goldenTests(false)));

    @Override
    public Loaded load(ModelSource source) {
        Model model = loader.load(source);
        return new Loaded() {
            @Override
            public Outputs run(Map<String, Tensor> inputs) {
                return model.run(inputs);
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }

    @Override
    public void close() {
        loader.close();
    }
}
