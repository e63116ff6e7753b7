package dev.maas.serving;

import static dev.maas.serving.ModelServiceTest.awaitUninterruptibly;
import static dev.maas.serving.TestRegistry.plus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.InvalidInputException;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.TypeRef;
import dev.maas.testmodels.OnnxModels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls through a service: in the background, in lists, within bounds, and while it closes. */
@Timeout(60)
class ServiceCallsTest {
    private static final float[] ZEROS = {0, 0};
    /** Far more than a test has time for, so that only a stop ends such a run. */
    private static final long FOR_EVER = 1L << 40;

    private final TestRegistry registry = new TestRegistry();
    private final ModelService service = ModelService.of(
            registry,
            ServiceOptions.defaults()
                    .pollInterval(Duration.ofHours(1))
                    .model(
                            "slow",
                            ModelOptions.defaults().slots(1).warmUp(false).queueCapacity(8)));

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record Loop(long times, float[] x) {}

    @AfterEach
    @Timeout(20)
    void close() {
        underWay.forEach(call -> call.cancel(true));
        service.close();
    }

    private Predictor<float[], float[]> plusOne() {
        registry.publish("m", plus(1));
        return service.predictor("m", float[].class, float[].class);
    }

    private Predictor<Loop, float[]> slow() {
        registry.publish("slow", OnnxModels.slowLoop());
        service.load("slow");
        return service.predictor("slow", Loop.class, float[].class);
    }

    /** Calls that would never end, stopped after each test, as a close waits for them. */
    private final List<CompletableFuture<?>> underWay = new ArrayList<>();

    private CompletableFuture<float[]> runForEver(Predictor<Loop, float[]> predictor) {
        CompletableFuture<float[]> call = predictor.predictAsync(loop(FOR_EVER));
        underWay.add(call);
        return call;
    }

    private static Loop loop(long times) {
        return new Loop(times, new float[3]);
    }

    @Test
    void anAsynchronousCallHasItsResultOrItsFailureInTheFuture() throws Exception {
        Predictor<float[], float[]> predictor = plusOne();
        for (int coldThenWarm = 0; coldThenWarm < 2; coldThenWarm++) {
            assertThat(predictor.predictAsync(ZEROS).get()).containsExactly(1, 1);
            CompletableFuture<float[]> bad = predictor.predictAsync(new float[3]);
            assertThatThrownBy(bad::get).hasCauseInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void dependentsOfAColdCallSeeTheFailureItself() {
        registry.publish("m", plus(1));
        registry.onOpen = version -> {
            throw new dev.maas.RegistryException("store down");
        };
        CompletableFuture<float[]> call =
                service.predictor("m", float[].class, float[].class).predictAsync(ZEROS);
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        CompletableFuture<float[]> unused = call.whenComplete((value, failure) -> seen.complete(failure));
        assertThat(seen.join()).isInstanceOf(dev.maas.RegistryException.class);
    }

    @Test
    void aCallCancelledWhileItsModelLoadsIsNotRun() throws Exception {
        registry.publish("slow", OnnxModels.slowLoop());
        CountDownLatch goOn = new CountDownLatch(1);
        registry.onOpen = version -> awaitUninterruptibly(goOn);
        Predictor<Loop, float[]> predictor = service.predictor("slow", Loop.class, float[].class);
        CompletableFuture<float[]> cancelled = runForEver(predictor);
        CompletableFuture<float[]> kept = predictor.predictAsync(loop(1));

        assertThat(cancelled.cancel(true)).isTrue();
        goOn.countDown();

        // The one slot would be taken for ever.
        assertThat(kept.get(30, TimeUnit.SECONDS)).containsExactly(1, 1, 1);
    }

    @Test
    void aDeadlineAlsoBoundsTheWaitForALoad() throws Exception {
        registry.publish("m", plus(1));
        CountDownLatch goOn = new CountDownLatch(1);
        registry.onOpen = version -> awaitUninterruptibly(goOn);
        Predictor<float[], float[]> predictor = service.predictor("m", float[].class, float[].class);
        CallOptions soon = CallOptions.timeout(Duration.ofMillis(50));
        try {
            CompletableFuture<float[]> call = predictor.predictAsync(ZEROS, soon);
            assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(DeadlineExceededException.class);
            assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> predictor.predict(ZEROS, soon));
        } finally {
            goOn.countDown();
        }
        assertThat(predictor.predict(ZEROS, CallOptions.timeout(Duration.ofSeconds(30))))
                .containsExactly(1, 1);
    }

    @Test
    void aRunningCallIsStoppedWhenCancelledAndAQueuedOneNeverRuns() throws Exception {
        Predictor<Loop, float[]> predictor = slow();
        CompletableFuture<float[]> running = runForEver(predictor);
        CompletableFuture<float[]> queued = runForEver(predictor);
        CompletableFuture<float[]> last = predictor.predictAsync(loop(2));

        assertThat(queued.cancel(true)).isTrue();
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> last.get(20, TimeUnit.MILLISECONDS));
        assertThat(running.cancel(true)).isTrue();

        assertThat(last.get(30, TimeUnit.SECONDS)).containsExactly(2, 2, 2);
        assertThatExceptionOfType(CancellationException.class).isThrownBy(running::get);
    }

    @Test
    void aFullQueueRefusesAtOnceAndTheModelGoesOn() throws Exception {
        Predictor<Loop, float[]> predictor = slow();
        CompletableFuture<float[]> running = runForEver(predictor);
        List<CompletableFuture<float[]>> calls = new ArrayList<>();
        await().until(() -> {
            calls.add(predictor.predictAsync(loop(1)));
            return calls.get(calls.size() - 1).isCompletedExceptionally();
        });

        assertThatThrownBy(calls.get(calls.size() - 1)::get)
                .hasCauseInstanceOf(OverloadedException.class)
                .hasMessageContaining("queue is full: it holds 8 rows");
        running.cancel(true);
        for (CompletableFuture<float[]> accepted : calls.subList(0, calls.size() - 1)) {
            assertThat(accepted.get(30, TimeUnit.SECONDS)).containsExactly(1, 1, 1);
        }
        assertThat(predictor.predict(loop(3))).containsExactly(3, 3, 3);
    }

    @Test
    void deadlinesStopARunAndDropWhatWaits() {
        Predictor<Loop, float[]> predictor = slow();
        CallOptions soon = CallOptions.timeout(Duration.ofMillis(50));

        assertThatExceptionOfType(DeadlineExceededException.class)
                .isThrownBy(() -> predictor.predict(loop(FOR_EVER), soon));
        assertThatThrownBy(() -> predictor.predictAsync(loop(FOR_EVER), soon).get())
                .hasCauseInstanceOf(DeadlineExceededException.class);
        assertThat(predictor.predict(loop(3))).containsExactly(3, 3, 3);
    }

    @Test
    void aModelsOwnTimeoutBoundsCallsThatBringNone() {
        registry.publish("slow", OnnxModels.slowLoop());
        ModelOptions timed = ModelOptions.defaults().warmUp(false).timeout(Duration.ofMillis(50));
        try (ModelService bounded =
                ModelService.of(registry, ServiceOptions.defaults().models(timed))) {
            Predictor<Loop, float[]> predictor = bounded.predictor("slow", Loop.class, float[].class);
            bounded.load("slow");
            assertThatExceptionOfType(DeadlineExceededException.class)
                    .isThrownBy(() -> predictor.predict(loop(FOR_EVER)));
            assertThat(predictor.predict(loop(3))).containsExactly(3, 3, 3);
        }
    }

    @Test
    void theResultsOfAListAreInItsOrder() {
        Predictor<float[], float[]> predictor = plusOne();
        List<float[]> inputs =
                IntStream.range(0, 5_000).mapToObj(i -> new float[] {i, -i}).toList();

        List<float[]> results = predictor.predictAll(inputs);

        assertThat(results).hasSize(5_000);
        for (int i = 0; i < 5_000; i++) {
            assertThat(results.get(i)).containsExactly(i + 1, 1 - i);
        }
        assertThat(predictor.predictAll(List.of())).isEmpty();
    }

    @Test
    void aListLongerThanTheQueueGoesThroughATranslatorToo() {
        registry.publish("m", plus(1));
        ModelOptions small = ModelOptions.defaults().queueCapacity(300);
        try (ModelService tight =
                ModelService.of(registry, ServiceOptions.defaults().models(small))) {
            Predictor<Float, Float> predictor = tight.predictor("m", new ModelServiceTest.Doubling());
            List<Float> inputs =
                    IntStream.range(0, 5_000).mapToObj(i -> (float) i).toList();

            assertThat(predictor.predictAll(inputs))
                    .isEqualTo(inputs.stream().map(i -> i + 1).toList());
        }
    }

    @Test
    void aBadInputOfAListIsNamedByItsPlace() {
        Predictor<float[], float[]> predictor = plusOne();
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> predictor.predictAll(List.of(ZEROS, ZEROS, new float[3])))
                .withMessageContaining("Input 2 of the list")
                .withMessageContaining("takes 2 values along dimension");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> predictor.predictAll(Arrays.asList(ZEROS, null)))
                .withMessageContaining("Input 1 of the list");
        assertThat(predictor.predictAll(List.of(ZEROS))).hasSize(1);
    }

    @Test
    void aDeadlineHoldsForAListAsAWhole() {
        registry.publish("slow", OnnxModels.slowLoop());
        service.load("slow");
        Predictor<Loop, float[]> predictor = service.predictor("slow", Loop.class, float[].class);
        CallOptions soon = CallOptions.timeout(Duration.ofMillis(100));
        List<Loop> inputs = new ArrayList<>(List.of(loop(1), loop(FOR_EVER)));

        assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> predictor.predictAll(inputs, soon));
        assertThat(predictor.predictAll(List.of(loop(1), loop(2)))).hasSize(2);
    }

    @Test
    void callsUnderWayFinishBeforeAServiceIsClosed() throws Exception {
        Predictor<Loop, float[]> predictor = slow();
        CompletableFuture<float[]> running = runForEver(predictor);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(service::close);
        await().until(() -> !service.health().live());

        assertThatThrownBy(() -> predictor.predictAsync(loop(1)).get()).hasCauseInstanceOf(ClosedException.class);
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> closed.get(50, TimeUnit.MILLISECONDS));
        running.cancel(true);
        closed.get(30, TimeUnit.SECONDS);
        assertThat(registry.sourcesClosed).hasValue(1);
    }

    @Test
    void callsOfASupersededVersionFinishBeforeAServiceIsClosed() throws Exception {
        Predictor<Loop, float[]> predictor = slow();
        CompletableFuture<float[]> running = runForEver(predictor);
        for (int i = 0; i < 2; i++) {
            registry.publish("slow", OnnxModels.slowLoop());
            service.refresh();
        }
        assertThat(predictor.predict(loop(1))).containsExactly(1, 1, 1);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(service::close);

        try {
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> closed.get(50, TimeUnit.MILLISECONDS));
        } finally {
            running.cancel(true);
        }
        closed.get(30, TimeUnit.SECONDS);
        assertThat(registry.sourcesClosed).hasValue(3);
    }

    @Test
    void aTranslatorsOwnFailureReachesTheCallerAsItIs() {
        registry.publish("m", plus(1));
        IllegalStateException failure = new IllegalStateException("of the translator");
        Predictor<String, String> predictor = service.predictor("m", new dev.maas.Translator<>() {
            @Override
            public java.util.Map<String, dev.maas.tensor.Tensor> toTensors(String input) {
                if (input.isEmpty()) {
                    throw failure;
                }
                return java.util.Map.of("x", dev.maas.tensor.Tensor.of(new float[2], 1, 2));
            }

            @Override
            public String fromOutputs(dev.maas.tensor.Outputs outputs) {
                throw failure;
            }
        });
        for (String input : List.of("", "a")) {
            assertThatThrownBy(() -> predictor.predict(input)).isSameAs(failure);
            assertThatThrownBy(() -> predictor.predictAsync(input).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCause(failure);
            assertThatThrownBy(() -> predictor.predictAll(List.of(input))).isSameAs(failure);
        }
        assertThat(service.predictor("m", TypeRef.of(float[].class), TypeRef.of(float[].class))
                        .predict(ZEROS))
                .containsExactly(1, 1);
    }
}
