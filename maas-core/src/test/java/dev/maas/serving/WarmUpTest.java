package dev.maas.serving;

import static dev.maas.serving.TestRegistry.plus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.Predictor;
import dev.maas.gate.GoldenData;
import dev.maas.gate.ModelGate;
import dev.maas.tensor.Tensor;
import dev.maas.testing.LambdaEngine;
import dev.maas.testing.TestModel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a version goes through before its first call. */
@Timeout(60)
class WarmUpTest {
    private static final float[] ZEROS = {0, 0};

    private final TestRegistry registry = new TestRegistry();
    private final ModelService service = ModelService.of(
            registry,
            ServiceOptions.defaults()
                    .pollInterval(Duration.ofHours(1))
                    .model("unchecked", ModelOptions.defaults().goldenTests(false)));

    @AfterEach
    void close() {
        service.close();
    }

    /** A package whose model adds a number, with what it should give for one row, if that is told. */
    private static ModelSource golden(float number, Map<String, Tensor> inputs, Map<String, Object> outputs) {
        byte[] model = plus(number);
        ModelGate gate = new ModelGate();
        GoldenData data = new GoldenData(inputs, outputs);
        Map<String, byte[]> files = new HashMap<>(
                data.files(0, gate.inspect(ModelSource.of(model)).onnx().orElseThrow()));
        files.put("model.onnx", model);
        return ModelSource.of("model.onnx", files);
    }

    private static Tensor row(float... values) {
        return Tensor.of(values, 1, values.length);
    }

    private Predictor<float[], float[]> predictor(String ref) {
        return service.predictor(ref, float[].class, float[].class);
    }

    @Test
    void aModelThatPassesItsGoldenDataServes() {
        registry.publish("m", golden(1, Map.of("x", row(3, 4)), Map.of("y", row(4, 5))));
        assertThat(predictor("m").predict(ZEROS)).containsExactly(1, 1);
    }

    @Test
    void aModelThatFailsItsGoldenDataNeverServes() {
        registry.publish("m", golden(1, Map.of("x", row(3, 4)), Map.of("y", row(4, 6))));
        Predictor<float[], float[]> m = predictor("m");
        for (int tries = 0; tries < 2; tries++) {
            assertThatExceptionOfType(ModelLoadException.class)
                    .isThrownBy(() -> m.predict(ZEROS))
                    .withMessageContaining("golden data set 0")
                    .withMessageContaining("'y at element 1': expected 6.0, got 5.0");
        }
        assertThat(registry.sourcesClosed).hasValue(2);
        assertThat(service.health().ready()).isFalse();
        assertThat(service.health().memory().loadedBytes()).isZero();
    }

    @Test
    void aVersionThatFailsItsGoldenDataLeavesTheOldOneServing() {
        registry.publish("m", plus(1));
        Predictor<float[], float[]> m = predictor("m");
        m.predict(ZEROS);
        registry.publish("m", golden(2, Map.of("x", row(0, 0)), Map.of("y", row(9, 9))));

        service.refresh();

        assertThat(m.predict(ZEROS)).containsExactly(1, 1);
        ServiceHealth.ModelHealth health = service.health().models().get(0);
        assertThat(health.state()).isEqualTo(ServiceHealth.State.DEGRADED);
        assertThat(health.reason()).startsWith("version 2: The model failed the golden data set 0");
    }

    @Test
    void whoTurnsTheCheckOffGetsTheModelAllTheSame() {
        registry.publish("unchecked", golden(1, Map.of("x", row(3, 4)), Map.of("y", row(9, 9))));
        assertThat(predictor("unchecked").predict(ZEROS)).containsExactly(1, 1);
    }

    @Test
    void recordedInputsNeedNoExpectedOutputs() {
        registry.publish("m", golden(1, Map.of("x", row(3, 4)), Map.of()));
        assertThat(predictor("m").predict(ZEROS)).containsExactly(1, 1);

        registry.publish("bad", golden(1, Map.of(), Map.of("y", row(4, 5))));
        assertThatExceptionOfType(ModelLoadException.class)
                .as("data that no run can be made of")
                .isThrownBy(() -> predictor("bad").predict(ZEROS))
                .withMessageContaining("The input 'x' is missing");
    }

    @Test
    void withoutRecordedInputsItRunsOnMadeUpOnesBeforeTheFirstCall() {
        CopyOnWriteArrayList<Float> seen = new CopyOnWriteArrayList<>();
        TestModel model = TestModel.ofFloats(1, 1, row -> {
            seen.add(row[0]);
            return row;
        });
        LambdaEngine engine = new LambdaEngine();
        registry.publish("warm", engine.source(model), model.signature(), dev.maas.ModelMetadata.empty());
        registry.publish("cold", engine.source(model), model.signature(), dev.maas.ModelMetadata.empty());
        ServiceOptions options = ServiceOptions.defaults()
                .engines(java.util.List.of(engine))
                .model("cold", ModelOptions.defaults().warmUp(false));
        try (ModelService lambdas = ModelService.of(registry, options)) {
            lambdas.load("cold");
            assertThat(seen).isEmpty();
            lambdas.load("warm");
            assertThat(seen).isNotEmpty().containsOnly(0f);
        }
    }
}
