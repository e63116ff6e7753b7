package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.maas.ModelMetadata;
import dev.maas.Predictor;
import dev.maas.testengine.CountingEngine;
import dev.maas.testing.Hold;
import dev.maas.testing.LambdaEngine;
import dev.maas.testing.TestModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service that is closed where the close cannot wait: what its models need stays until they are freed. */
@Timeout(60)
class ClosingTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final TestModel twice = TestModel.ofFloats(1, 1, row -> new float[] {2 * row[0]});
    private final LambdaEngine lambdas = new LambdaEngine();
    private final CountingEngine engine = new CountingEngine(lambdas);
    private final TestRegistry registry = new TestRegistry();
    private final ModelService service = ModelService.of(
            registry,
            ServiceOptions.defaults()
                    .engines(List.of(engine))
                    .models(ModelOptions.defaults().warmUp(false).slots(1)));

    private Predictor<Float, Float> predictor() {
        registry.publish("twice", lambdas.source(twice), twice.signature(), ModelMetadata.empty());
        service.load("twice");
        return service.predictor("twice", Float.class, Float.class);
    }

    @Test
    void anInterruptedCloseLeavesTheEngineToTheLastCall() throws InterruptedException {
        Predictor<Float, Float> predictor = predictor();
        CompletableFuture<Float> running;
        try (Hold hold = twice.hold()) {
            running = predictor.predictAsync(3f);
            hold.awaitRuns(1);
            Thread closer = new Thread(() -> {
                Thread.currentThread().interrupt();
                service.close();
            });
            closer.start();
            closer.join();
            assertThat(engine.closes).hasValue(0);
            assertThat(twice.loaded()).isEqualTo(1);
        }
        assertThat(running).succeedsWithin(LONG).isEqualTo(6f);
        await().until(() -> engine.closes.get() == 1);
        assertThat(engine.wrong).isEmpty();
    }

    @Test
    void aCloseDuringALoadLeavesTheEngineToTheLoad() {
        TestModel other = TestModel.ofFloats(1, 1, row -> row);
        CountDownLatch loads = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.publish("other", lambdas.source(other), other.signature(), ModelMetadata.empty());
        engine.beforeLoad(() -> {
            loads.countDown();
            ModelServiceTest.awaitUninterruptibly(goOn);
        });
        CompletableFuture<Float> cold =
                service.predictor("other", Float.class, Float.class).predictAsync(1f);
        ModelServiceTest.awaitUninterruptibly(loads);
        service.close();
        assertThat(engine.closes).as("closes of an engine that loads").hasValue(0);
        goOn.countDown();
        assertThat(cold).failsWithin(LONG).withThrowableThat().withCauseInstanceOf(dev.maas.ClosedException.class);
        await().until(() -> engine.closes.get() == 1);
        assertThat(other.loaded()).isZero();
    }

    @Test
    void whatIsAttachedToAFutureMayCloseTheService() {
        Predictor<Float, Float> predictor = predictor();
        CompletableFuture<Void> closing = predictor.predictAsync(3f).thenRun(service::close);
        assertThat(closing).succeedsWithin(LONG);
        await().until(() -> engine.closes.get() == 1);
        assertThat(engine.wrong).isEmpty();
        service.close();
        assertThat(engine.closes).as("closing again does nothing").hasValue(1);
    }
}
