package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.Predictor;
import dev.maas.testengine.CountingEngine;
import dev.maas.testing.FakeClock;
import dev.maas.testing.LambdaEngine;
import dev.maas.testing.TestModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A service of lambdas with a memory budget, whose engine keeps an account of its own. */
@Timeout(60)
abstract class BudgetFixture {
    static final long BUDGET = 100;
    static final CallOptions SOON = CallOptions.timeout(Duration.ofMillis(250));
    static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    final LambdaEngine lambdas = new LambdaEngine();
    final CountingEngine engine = new CountingEngine(lambdas);
    final TestRegistry registry = new TestRegistry();
    final FakeClock clock = FakeClock.at(Instant.EPOCH);
    /** How long each model takes to load, by the clock. */
    final Map<String, Duration> loadTimes = new ConcurrentHashMap<>();

    final ModelOptions quick = ModelOptions.defaults().slots(1).warmUp(false).maxQueueTime(Duration.ofMillis(250));
    final ModelService service = ModelService.of(
            registry,
            ServiceOptions.defaults()
                    .engines(List.of(engine))
                    .pollInterval(Duration.ofHours(1))
                    .models(quick)
                    .model("pinned", quick.pinned(true))
                    .model("patient", quick.maxQueueTime(Duration.ofSeconds(30)))
                    .model("timed", quick.timeout(Duration.ofMillis(250)))
                    .memoryBudget(BUDGET),
            clock::nanoTime);

    {
        registry.onOpen = version -> clock.advance(loadTimes.getOrDefault(version.name(), Duration.ofMillis(1)));
    }

    @AfterEach
    void nothingIsLeftAndNeverWasThereTooMuch() {
        service.close();
        // A load that was under way ends by itself.
        await().untilAsserted(() -> assertThat(engine.bytes).hasValue(0));
        await().until(() -> service.health().memory().loadedBytes() == 0);
        assertThat(engine.highest.get()).isLessThanOrEqualTo(BUDGET);
        assertThat(engine.wrong).isEmpty();
        assertThat(service.health().memory().highestBytes()).isLessThanOrEqualTo(BUDGET);
    }

    /** Publishes a model that adds a number to each of its inputs. */
    TestModel publish(String name, float number, long bytes) {
        TestModel model = TestModel.ofFloats(1, 1, row -> new float[] {row[0] + number});
        model.occupy(bytes);
        registry.byteSize = bytes;
        registry.publish(name, lambdas.source(model), model.signature(), ModelMetadata.empty());
        return model;
    }

    Predictor<Float, Float> predictor(String ref) {
        return service.predictor(ref, Float.class, Float.class);
    }

    ServiceHealth.ModelHealth health(String ref) {
        return service.health().models().stream()
                .filter(model -> model.ref().equals(ModelRef.parse(ref)))
                .findFirst()
                .orElseThrow();
    }

    long evictions() {
        return service.health().memory().evictions();
    }
}
