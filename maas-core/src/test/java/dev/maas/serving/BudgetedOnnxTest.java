package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.maas.Predictor;
import dev.maas.testmodels.OnnxModels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real models within a memory budget. */
@Timeout(120)
class BudgetedOnnxTest {
    private static final int MODELS = 6;
    private static final int INPUTS = 256;

    private final TestRegistry registry = new TestRegistry();

    private static float[] row(int seed) {
        float[] row = new float[INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            row[i] = (float) Math.sin(seed + i);
        }
        return row;
    }

    @Test
    void modelsComeAndGoWithinTheBudgetAndAnswerAsEver() {
        byte[] bytes = OnnxModels.mlp(INPUTS, 512, 4);
        registry.byteSize = bytes.length;
        for (int i = 0; i < MODELS; i++) {
            registry.publish("m" + i, bytes);
        }
        float[] expected;
        try (ModelService free = ModelService.of(registry)) {
            expected = free.predictor("m0", float[].class, float[].class).predict(row(1));
        }
        ModelOptions quick = ModelOptions.defaults().warmUp(false);
        long budget = 12L * bytes.length;
        try (ModelService service = ModelService.of(
                registry,
                ServiceOptions.defaults()
                        .pollInterval(Duration.ofHours(1))
                        .models(quick)
                        .memoryBudget(budget))) {
            List<Predictor<float[], float[]>> predictors = new ArrayList<>();
            for (int i = 0; i < MODELS; i++) {
                predictors.add(service.predictor("m" + i, float[].class, float[].class));
            }
            service.load("m0");
            ServiceHealth.ModelHealth first = service.health().models().get(0);
            // Two sessions of a small model, each with its weights.
            assertThat(first.loadedBytes()).isBetween((long) bytes.length, budget);
            Random random = new Random(1);
            for (int call = 0; call < 40; call++) {
                float[] answer = predictors.get(random.nextInt(MODELS)).predict(row(1));
                for (int i = 0; i < expected.length; i++) {
                    assertThat(answer[i]).isCloseTo(expected[i], within(1e-4f));
                }
                assertThat(service.health().memory().loadedBytes()).isBetween(1L, budget);
            }
            assertThat(service.health().memory().highestBytes()).isLessThanOrEqualTo(budget);
            assertThat(registry.sourcesClosed.get())
                    .isEqualTo(1 + (int) service.health().memory().evictions());
        }
        assertThat(registry.sourcesClosed).hasValue(registry.opened.get());
    }
}
