package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.maas.ClosedException;
import dev.maas.Model;
import dev.maas.ModelSource;
import dev.maas.Predictor;
import dev.maas.testengine.CountingEngine;
import dev.maas.testing.Hold;
import dev.maas.testing.LambdaEngine;
import dev.maas.testing.TestModel;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loader that is closed while its models are open, called or being loaded. */
@Timeout(60)
class ModelLoaderTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final TestModel twice = TestModel.ofFloats(1, 1, row -> new float[] {2 * row[0]});
    private final LambdaEngine lambdas = new LambdaEngine();
    private final CountingEngine engine = new CountingEngine(lambdas);
    private final ModelLoader loader = ModelLoader.create(ServiceOptions.defaults()
            .engines(List.of(engine))
            .models(ModelOptions.defaults().warmUp(false).slots(1)));

    private void requireAllClosed() {
        await().until(() -> engine.closes.get() == 1);
        assertThat(engine.models).hasValue(0);
        assertThat(engine.frames).hasValue(0);
        assertThat(engine.wrong).isEmpty();
    }

    @Test
    void closesItsModels() {
        Model model = loader.load(lambdas.source(twice));
        Predictor<Float, Float> predictor = model.predictor(Float.class, Float.class);
        assertThat(predictor.predict(3f)).isEqualTo(6f);
        loader.close();
        requireAllClosed();
        assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> predictor.predict(3f));
        model.close();
        loader.close();
        assertThat(engine.closes).hasValue(1);
        assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> loader.load(lambdas.source(twice)));
        assertThat(engine.models).hasValue(0);
    }

    @Test
    void aClosedModelIsOffItsHands() {
        loader.load(lambdas.source(twice)).close();
        try (Model model = loader.load(lambdas.source(twice))) {
            assertThat(model.predictor(Float.class, Float.class).predict(3f)).isEqualTo(6f);
        }
        loader.close();
        requireAllClosed();
    }

    @Test
    void letsCallsUnderWayFinish() throws InterruptedException {
        Model model = loader.load(lambdas.source(twice));
        Thread closer = new Thread(loader::close);
        CompletableFuture<Float> running;
        try (Hold hold = twice.hold()) {
            running = model.predictor(Float.class, Float.class).predictAsync(3f);
            hold.awaitRuns(1);
            closer.start();
            await().until(() -> closer.getState() == Thread.State.WAITING);
            assertThat(engine.closes).hasValue(0);
        }
        assertThat(running).succeedsWithin(LONG).isEqualTo(6f);
        closer.join();
        requireAllClosed();
    }

    @Test
    void leavesTheEngineToALoadThatIsUnderWay() throws InterruptedException {
        CountDownLatch loads = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        engine.beforeLoad(() -> {
            loads.countDown();
            ModelServiceTest.awaitUninterruptibly(goOn);
        });
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                outcome.set(new AssertionError("Loaded " + loader.load(lambdas.source(twice))));
            } catch (RuntimeException e) {
                outcome.set(e);
            }
        });
        thread.start();
        loads.await();
        loader.close();
        assertThat(engine.closes).as("closes of an engine that loads").hasValue(0);
        goOn.countDown();
        thread.join();
        assertThat(outcome.get()).isInstanceOf(ClosedException.class);
        requireAllClosed();
    }

    /** A source that counts how often it is closed, and may fail at it. */
    private ModelSource source(AtomicInteger closes, boolean fails) {
        ModelSource inner = lambdas.source(twice);
        return (ModelSource) Proxy.newProxyInstance(
                ModelSource.class.getClassLoader(), new Class<?>[] {ModelSource.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        closes.incrementAndGet();
                        if (fails) {
                            throw new IllegalStateException("A disk that is gone");
                        }
                        return null;
                    }
                    return method.invoke(inner, arguments);
                });
    }

    @Test
    void letsNothingBeginBehindItsClose() throws InterruptedException {
        Model model = loader.load(lambdas.source(twice));
        Thread closer = new Thread(loader::close);
        AtomicInteger loads = new AtomicInteger();
        AtomicInteger closes = new AtomicInteger();
        try (Hold hold = twice.hold()) {
            CompletableFuture<Float> running =
                    model.predictor(Float.class, Float.class).predictAsync(3f);
            hold.awaitRuns(1);
            closer.start();
            await().until(() -> closer.getState() == Thread.State.WAITING);
            engine.beforeLoad(loads::incrementAndGet);
            assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> loader.load(source(closes, false)));
            assertThat(running).isNotDone();
        }
        closer.join();
        assertThat(loads).as("loads of an engine that is about to go").hasValue(0);
        assertThat(closes).as("closes of what was not loaded").hasValue(1);
        requireAllClosed();
    }

    @Test
    void aModelThatCannotBeClosedKeepsNoOtherOpen() {
        AtomicInteger closes = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            loader.load(source(closes, true));
        }
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(loader::close)
                .withMessage("A disk that is gone");
        assertThat(closes).hasValue(4);
        requireAllClosed();
    }
}
