package dev.maas.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.EngineOptions;
import dev.maas.serving.ModelLoader;
import dev.maas.serving.ServiceOptions;
import dev.maas.testmodels.OnnxModels;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LambdaEngineTest {
    private final LambdaEngine engine = new LambdaEngine();
    private final TestModel twice = TestModel.ofFloats(2, 2, row -> new float[] {2 * row[0], 2 * row[1]});

    private ModelLoader loader() {
        return ModelLoader.create(ServiceOptions.defaults().engines(List.of(engine)));
    }

    @Test
    void anApplicationsOwnLoaderServesALambdaWarmUpAndAll() {
        try (ModelLoader loader = loader();
                Model model = loader.load(engine.source(twice))) {
            assertThat(model.signature()).isEqualTo(twice.signature());
            assertThat(model.predictor(float[].class, float[].class).predict(new float[] {1, 2}))
                    .containsExactly(2, 4);
            assertThat(twice.runs()).as("warm-up makes runs of its own").isGreaterThan(1);
            assertThat(twice.loaded()).isEqualTo(1);
        }
        assertThat(twice.loaded()).isZero();
    }

    @Test
    void eachPackageIsItsOwnModels() {
        TestModel other = TestModel.ofFloats(2, 2, row -> row);
        ModelSource one = engine.source(twice);
        ModelSource two = engine.source(other);
        try (ModelLoader loader = loader();
                Model first = loader.load(one);
                Model second = loader.load(two);
                Model again = loader.load(engine.source(twice))) {
            float[] input = {1, 2};
            assertThat(first.predictor(float[].class, float[].class).predict(input))
                    .containsExactly(2, 4);
            assertThat(second.predictor(float[].class, float[].class).predict(input))
                    .containsExactly(1, 2);
            assertThat(again.predictor(float[].class, float[].class).predict(input))
                    .containsExactly(2, 4);
            assertThat(twice.loaded()).isEqualTo(2);
        }
    }

    @Test
    void whatIsNotItsOwnIsRefused() {
        try (ModelLoader loader = loader()) {
            assertThatThrownBy(() -> loader.load(ModelSource.of("m.lambda", Map.of("m.lambda", new byte[] {'7'}))))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("LambdaEngine.source");
            assertThatThrownBy(() -> loader.load(OnnxModels.mlp(2, 2, 2)))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("lambda");
        }
        assertThatThrownBy(() -> engine.open(EngineOptions.defaults().withThreads(2)))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> ServiceOptions.defaults().engines(List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> TestModel.ofFloats(0, 1, row -> row)).isInstanceOf(InvalidInputException.class);
    }
}
