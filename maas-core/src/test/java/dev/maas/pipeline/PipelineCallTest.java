package dev.maas.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.CancelledException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import dev.maas.testing.Hold;
import dev.maas.testing.TestModel;
import dev.maas.testing.TestService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the stages of a call run: beside each other, within one deadline, in one trace, all or nothing. */
class PipelineCallTest {
    private static final Map<String, Tensor> INPUT = Map.of("x", Tensor.of(new float[] {1, 2}, 1, 2));

    private final TestService models = TestService.create();
    private final TestModel left = PipelineTest.times(2);
    private final TestModel right = PipelineTest.times(4);
    private final TestModel last = PipelineTest.times(10);
    private final List<PipelineTrace> traces = new CopyOnWriteArrayList<>();

    @BeforeEach
    void publish() {
        models.publish("left", left);
        models.publish("right", right);
        models.publish("last", last);
        List.of("left", "right", "last").forEach(models.service()::load);
    }

    @AfterEach
    void close() {
        models.close();
    }

    private PipelineBuilder builder() {
        return Pipeline.builder("p", models.service()).listener(traces::add);
    }

    /** The mean of two branches, of which the left one has a second model. */
    private Pipeline diamond() {
        PipelineBuilder graph = builder();
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port a = graph.model("left", "left", x).output();
        Port b = graph.model("right", "right", x).output();
        Port c = graph.model("last", "last", a).output();
        return graph.output("y", graph.mean("mean", b, c)).build();
    }

    private CompletableFuture<Outputs> call(Pipeline pipeline, boolean synchronous, CallOptions options) {
        return synchronous
                ? CompletableFuture.supplyAsync(() -> pipeline.run(INPUT, options))
                : pipeline.start(INPUT, options);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void branchesRunBesideEachOtherAndNoneWaitsForAnother(boolean synchronous) {
        CompletableFuture<Outputs> call;
        try (Hold slow = right.hold();
                Hold other = last.hold()) {
            call = call(diamond(), synchronous, CallOptions.none());
            slow.awaitRuns(1);
            // The second model of the left branch begins although the right one has not ended.
            other.awaitRuns(1);
            assertThat(call).isNotDone();
        }
        assertThat(call.join().tensor("y").toFloats()).containsExactly(12, 24);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLastBranchToBeginRunsInTheConductorsThreadWhereNothingIsLost(boolean synchronous) {
        PipelineBuilder graph = builder();
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port a = graph.model("left", "left", x).output();
        Port b = graph.model("right", "right", x).output();
        Pipeline pipeline = graph.output("y", graph.mean("mean", a, b)).build();
        CompletableFuture<Outputs> call;
        try (Hold first = left.hold();
                Hold second = right.hold()) {
            call = call(pipeline, synchronous, CallOptions.none());
            first.awaitRuns(1);
            second.awaitRuns(1);
        }
        assertThat(call.join().tensor("y").toFloats()).containsExactly(3, 6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneDeadlineHoldsForAllStages(boolean synchronous) {
        Pipeline pipeline = diamond();
        try (Hold hold = last.hold()) {
            CompletableFuture<Outputs> call = call(pipeline, synchronous, CallOptions.timeout(Duration.ofMillis(50)));
            assertThatThrownBy(call::join).hasCauseInstanceOf(DeadlineExceededException.class);
            assertThat(traces).hasSize(1);
            assertThat(traces.get(0).failure()).containsInstanceOf(DeadlineExceededException.class);
            await().until(() -> hold.heldRuns() == 0);
        }
        assertThat(pipeline.run(INPUT).tensor("y").toFloats()).containsExactly(12, 24);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFunctionThatOverrunsTheDeadlineIsTheLastToRun(boolean synchronous) {
        PipelineBuilder graph = builder();
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port slow = graph.function("slow", x, ElementType.FLOAT32, "[n, 2]", tensor -> {
                    long end = System.nanoTime() + Duration.ofMillis(30).toNanos();
                    while (System.nanoTime() - end < 0) {
                        Thread.onSpinWait();
                    }
                    return tensor;
                })
                .output();
        Pipeline pipeline =
                graph.output("y", graph.model("last", "last", slow).output()).build();
        assertThatThrownBy(() -> call(pipeline, synchronous, CallOptions.timeout(Duration.ofMillis(10)))
                        .join())
                .cause()
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("'slow'");
        assertThat(last.runs()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aModelThatFailsEndsTheCallAndStopsTheOtherBranches(boolean synchronous) {
        EngineException failure = new EngineException("out of memory");
        left.failRuns(failure);
        Pipeline pipeline = diamond();
        try (Hold hold = right.hold()) {
            assertThatThrownBy(() ->
                            call(pipeline, synchronous, CallOptions.none()).join())
                    .hasCause(failure);
            await().until(() -> hold.heldRuns() == 0);
        }
        assertThat(last.runs()).isZero();
        left.recover();
        assertThat(pipeline.run(INPUT).tensor("y").toFloats()).containsExactly(12, 24);
    }

    @Test
    void cancellingACallStopsItsModels() {
        Pipeline pipeline = diamond();
        Predictor<float[], float[]> predictor = pipeline.predictor(float[].class, float[].class);
        try (Hold hold = right.hold()) {
            CompletableFuture<float[]> call = predictor.predictAsync(new float[] {1, 2});
            hold.awaitRuns(1);
            assertThat(call.cancel(true)).isTrue();
            await().until(() -> hold.heldRuns() == 0);
            await().until(() -> traces.size() == 1);
        }
        assertThat(predictor.predict(new float[] {1, 2})).containsExactly(12, 24);
    }

    @Test
    void anInterruptedCallerGetsAwayAndStaysInterrupted() throws Exception {
        Pipeline pipeline = diamond();
        CompletableFuture<Boolean> marked = new CompletableFuture<>();
        try (Hold hold = right.hold();
                Hold other = last.hold()) {
            Thread caller = new Thread(() -> {
                try {
                    pipeline.run(INPUT);
                    marked.completeExceptionally(new AssertionError("was not interrupted"));
                } catch (CancelledException e) {
                    marked.complete(Thread.currentThread().isInterrupted());
                }
            });
            caller.start();
            hold.awaitRuns(1);
            other.awaitRuns(1);
            caller.interrupt();
            // The run in the caller's own thread goes on; then there would be another to wait for.
            other.letPass(1);
            assertThat(marked.get(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> hold.heldRuns() == 0);
            caller.join();
        }
    }

    @Test
    void anAsynchronousCallRunsItsFunctionsByItsExecutorOnly() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        List<Runnable> work = new CopyOnWriteArrayList<>();
        PipelineBuilder graph = builder().executor(work::add);
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port a = graph.function("first", x, ElementType.FLOAT32, "[n, 2]", tensor -> {
                    threads.add(Thread.currentThread());
                    return tensor;
                })
                .output();
        graph.output("y", graph.model("left", "left", a).output());
        CompletableFuture<Outputs> call = graph.build().start(INPUT, CallOptions.none());
        assertThat(threads).isEmpty();
        work.remove(0).run();
        await().until(() -> call.isDone() || !work.isEmpty());
        work.forEach(Runnable::run);
        assertThat(call.join().tensor("y").toFloats()).containsExactly(2, 4);
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void aTraceTellsEveryStage() {
        diamond().run(INPUT, CallOptions.none().withCaller("checkout"));
        PipelineTrace trace = traces.get(0);
        assertThat(trace.id()).matches("[0-9a-f]{16}");
        assertThat(trace.pipeline()).isEqualTo("p");
        assertThat(trace.caller()).hasValue("checkout");
        assertThat(trace.failure()).isEmpty();
        assertThat(trace.spans()).extracting(PipelineTrace.Span::stage).contains("left", "right", "last");
        PipelineTrace.Span mean = trace.spans().get(3);
        assertThat(mean.stage()).isEqualTo("mean");
        assertThat(mean.model()).isEmpty();
        assertThat(trace.spans().get(0).model()).isPresent();
        assertThat(trace.spans()).allSatisfy(span -> {
            assertThat(span.start()).isGreaterThanOrEqualTo(Duration.ZERO);
            assertThat(span.start().plus(span.duration())).isLessThanOrEqualTo(trace.duration());
            assertThat(span.failure()).isEmpty();
        });

        right.failRuns(new EngineException("no"));
        assertThatThrownBy(() -> diamond().run(INPUT)).hasMessage("no");
        assertThat(traces.get(1).failure()).containsInstanceOf(EngineException.class);
        assertThat(traces.get(1).spans())
                .filteredOn(span -> span.failure().isPresent())
                .extracting(PipelineTrace.Span::stage)
                .containsExactly("right");
    }

    @Test
    void aListenerThatFailsHarmsNobody() {
        PipelineBuilder graph = builder().listener(trace -> {
            throw new IllegalStateException("listener");
        });
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        graph.output("y", graph.model("left", "left", x).output());
        assertThat(graph.build().run(INPUT).tensor("y").toFloats()).containsExactly(2, 4);
    }

    @Test
    void anExecutorThatTakesNoMoreWorkFailsTheCall() {
        PipelineBuilder graph = builder().executor(work -> {
            throw new RejectedExecutionException("full");
        });
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port a = graph.model("left", "left", x).output();
        graph.output("y", graph.model("last", "last", a).output());
        Pipeline pipeline = graph.build();
        CompletableFuture<Outputs> call;
        try (Hold hold = left.hold()) {
            call = pipeline.start(INPUT, CallOptions.none());
            hold.awaitRuns(1);
        }
        assertThatThrownBy(call::join).hasCauseInstanceOf(OverloadedException.class);
        assertThat(pipeline.run(INPUT).tensor("y").toFloats()).containsExactly(20, 40);
    }

    @Test
    void manyCallsOfAllKindsAtOnceGetTheirOwnResults() {
        Pipeline pipeline = diamond();
        Predictor<float[], float[]> predictor = pipeline.predictor(float[].class, float[].class);
        CompletableFuture.allOf(IntStream.range(0, 8)
                        .mapToObj(
                                thread -> CompletableFuture.runAsync(() -> callAtRandom(predictor, new Random(thread))))
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(pipeline.idleBytes()).isBetween(1L, 1L << 26);
    }

    private static void callAtRandom(Predictor<float[], float[]> predictor, Random random) {
        for (int i = 0; i < 200; i++) {
            List<float[]> inputs = new ArrayList<>();
            for (int row = 0; row <= random.nextInt(5); row++) {
                inputs.add(new float[] {random.nextInt(1_000), random.nextInt(1_000)});
            }
            List<float[]> results;
            switch (random.nextInt(3)) {
                case 0 -> results = inputs.stream().map(predictor::predict).toList();
                case 1 -> results = predictor.predictAll(inputs);
                default -> {
                    List<CompletableFuture<float[]>> started =
                            inputs.stream().map(predictor::predictAsync).toList();
                    started.get(random.nextInt(started.size())).cancel(random.nextBoolean());
                    results = started.stream()
                            .map(future -> future.isCancelled() ? new float[0] : future.join())
                            .toList();
                }
            }
            for (int row = 0; row < inputs.size(); row++) {
                float[] input = inputs.get(row);
                if (results.get(row).length > 0) {
                    assertThat(results.get(row)).containsExactly(12 * input[0], 12 * input[1]);
                }
            }
        }
    }
}
