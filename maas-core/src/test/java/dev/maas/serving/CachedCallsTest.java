package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.Predictor;
import dev.maas.Translator;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxModels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Typed calls of models that keep their results. */
class CachedCallsTest {
    private final ModelLoader plain = ModelLoader.create();
    private final ModelLoader keeping = ModelLoader.create(
            ServiceOptions.defaults().models(ModelOptions.defaults().cacheResults(1 << 20, Duration.ofHours(1))));

    record Scored(long label, Map<String, Float> scores) {}

    @AfterEach
    void close() {
        plain.close();
        keeping.close();
    }

    @Test
    void aKeptResultIsWhatTheModelGaveAndBelongsToItsCaller() {
        byte[] mlp = OnnxModels.mlp(16, 32, 4);
        float[] input = new float[16];
        input[3] = 1.5f;
        try (Model reference = plain.load(mlp);
                Model model = keeping.load(mlp)) {
            float[] expected = reference.predictor(float[].class, float[].class).predict(input);
            Predictor<float[], float[]> predictor = model.predictor(float[].class, float[].class);

            float[] first = predictor.predict(input);
            assertThat(first).isEqualTo(expected);
            first[0] = 99;
            assertThat(predictor.predict(input)).isEqualTo(expected);
            assertThat(predictor.predictAsync(input).join()).isEqualTo(expected);
            assertThat(predictor.predictAll(List.of(input, new float[16], input)))
                    .containsExactly(
                            expected,
                            reference.predictor(float[].class, float[].class).predict(new float[16]),
                            expected);
        }
    }

    @Test
    void batchesStringsMapsAndTranslatorsWork() {
        try (Model rows = keeping.load(OnnxModels.mlp(4, 3, 2));
                Model text = keeping.load(OnnxModels.identity(ElementType.STRING, "[n, 2]"));
                Model zip = keeping.load(OnnxModels.zipMap("no", "yes"));
                Model zipPlain = plain.load(OnnxModels.zipMap("no", "yes"))) {
            Predictor<float[][], float[][]> batch = rows.predictor(float[][].class, float[][].class);
            float[][] two = {{1, 2, 3, 4}, {0, 0, 0, 0}};
            assertThat(batch.predict(two)).isDeepEqualTo(batch.predict(two));
            assertThat(batch.predict(two)).hasDimensions(2, 2);

            Predictor<String[], String[]> echo = text.predictor(String[].class, String[].class);
            assertThat(echo.predict(new String[] {"a", "é"})).containsExactly("a", "é");
            assertThat(echo.predict(new String[] {"a", "é"})).containsExactly("a", "é");

            float[] input = {0.25f, 0.75f};
            Scored expected = zipPlain.predictor(float[].class, Scored.class).predict(input);
            Predictor<float[], Scored> classify = zip.predictor(float[].class, Scored.class);
            assertThat(classify.predict(input)).isEqualTo(expected).isEqualTo(classify.predict(input));

            Predictor<Float, Float> translated = rows.predictor(new Translator<Float, Float>() {
                @Override
                public Map<String, Tensor> toTensors(Float value) {
                    return Map.of(
                            rows.signature().inputs().get(0).name(), Tensor.of(new float[] {value, 0, 0, 0}, 1, 4));
                }

                @Override
                public Float fromOutputs(Outputs outputs) {
                    return outputs.tensor(rows.signature().outputs().get(0).name())
                            .toFloats()[0];
                }
            });
            assertThat(translated.predict(2f)).isEqualTo(translated.predict(2f));
        }
    }

    @Test
    void badInputIsRefusedAsEverAndClosingEndsTheCalls() {
        Predictor<float[], float[]> predictor;
        try (Model model = keeping.load(OnnxModels.mlp(16, 32, 4))) {
            predictor = model.predictor(float[].class, float[].class);
            assertThatThrownBy(() -> predictor.predict(new float[15])).isInstanceOf(InvalidInputException.class);
            CompletableFuture<float[]> bad = predictor.predictAsync(new float[17], CallOptions.none());
            assertThatThrownBy(bad::join).hasCauseInstanceOf(InvalidInputException.class);
            assertThat(predictor.predict(new float[16])).hasSize(4);
        }
        assertThatThrownBy(() -> predictor.predict(new float[16])).isInstanceOf(ClosedException.class);
    }

    @Test
    void badBoundsAreNamed() {
        ModelOptions options = ModelOptions.defaults();
        assertThatThrownBy(() -> options.cacheResults(0, Duration.ofHours(1)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("got 0");
        assertThatThrownBy(() -> options.cacheResults(1, Duration.ZERO)).isInstanceOf(InvalidInputException.class);
    }
}
