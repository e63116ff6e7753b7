package dev.maas.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.CallOptions.Priority;
import dev.maas.CancelledException;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.OverloadedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelRunnerTest {
    private static final CallOptions NONE = CallOptions.none();

    private final FakeModel model = new FakeModel();
    private final Deadlines deadlines = new Deadlines();
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void end() {
        executor.shutdownNow();
        deadlines.close();
    }

    private ModelRunner runner(int slots) {
        RunnerOptions options = new RunnerOptions(slots, 64, Duration.ZERO, 1_000, Duration.ofSeconds(10));
        return new ModelRunner(model, options, executor, deadlines);
    }

    private static float[] row(float a) {
        return new float[] {a, 1};
    }

    private AtomicReference<Object> call(ModelRunner runner, float a, CallOptions options) {
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                outcome.set(runner.run(FakeModel.SUM, row(a), options));
            } catch (Throwable e) {
                outcome.set(e);
            }
        });
        threads.add(thread);
        thread.start();
        return outcome;
    }

    private void joinAll() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Teaches the cost curve that batches of this size pay. */
    private void teach(ModelRunner runner) {
        model.costs(2_000_000, 0);
        IntStream.range(0, 40).forEach(i -> {
            List<float[]> many =
                    IntStream.range(0, 64).mapToObj(ModelRunnerTest::row).toList();
            runner.runAll(FakeModel.SUM, many, NONE);
        });
        model.runs.clear();
    }

    @Test
    void anIdleModelRunsInTheCallersThreadAlone() {
        try (ModelRunner runner = runner(2)) {
            assertThat(runner.run(FakeModel.SUM, row(41), NONE)).isEqualTo(42f);
            assertThat(model.runs).containsExactly(1);
        }
    }

    @Test
    void callersWhoMeetShareARunAndGetTheirOwnResults() throws InterruptedException {
        try (ModelRunner runner = runner(1)) {
            teach(runner);
            model.hold();
            AtomicReference<Object> first = call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 1);
            List<AtomicReference<Object>> others = new ArrayList<>();
            for (int i = 1; i <= 10; i++) {
                others.add(call(runner, i, NONE));
            }
            await().until(() -> threads.stream().skip(1).allMatch(t -> t.getState() == Thread.State.WAITING));
            model.letAllPass();
            joinAll();
            assertThat(first.get()).isEqualTo(1f);
            for (int i = 1; i <= 10; i++) {
                assertThat(others.get(i - 1).get()).isEqualTo(i + 1f);
            }
            assertThat(model.runs).as("eleven calls took two or three runs").hasSizeLessThanOrEqualTo(3);
            assertThat(model.mostRunning).hasValue(1);
        }
    }

    @Test
    void aPoisonedRowFailsAloneAndSparesTheOthersOfItsBatch() throws InterruptedException {
        try (ModelRunner runner = runner(1)) {
            teach(runner);
            model.hold();
            call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 1);
            AtomicReference<Object> good = call(runner, 1, NONE);
            AtomicReference<Object> bad = call(runner, FakeModel.POISON, NONE);
            AtomicReference<Object> alsoGood = call(runner, 2, NONE);
            await().until(() -> threads.stream().skip(1).allMatch(t -> t.getState() == Thread.State.WAITING));
            model.letAllPass();
            joinAll();
            assertThat(good.get()).isEqualTo(2f);
            assertThat(alsoGood.get()).isEqualTo(3f);
            assertThat(bad.get()).isInstanceOf(EngineException.class);
        }
    }

    @Test
    void aRowThatCannotBeWrittenFailsAlone() throws InterruptedException {
        try (ModelRunner runner = runner(1)) {
            teach(runner);
            model.hold();
            call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 1);
            AtomicReference<Object> good = call(runner, 1, NONE);
            AtomicReference<Object> bad = call(runner, Float.POSITIVE_INFINITY, NONE);
            await().until(() -> threads.stream().skip(1).allMatch(t -> t.getState() == Thread.State.WAITING));
            model.letAllPass();
            joinAll();
            assertThat(good.get()).isEqualTo(2f);
            assertThat(bad.get()).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void anInputThatDoesNotFitIsRefusedAndTheModelGoesOn() {
        try (ModelRunner runner = runner(1)) {
            assertThatThrownBy(() -> runner.run(FakeModel.SUM, new float[3], NONE))
                    .isInstanceOf(InvalidInputException.class);
            assertThat(runner.run(FakeModel.SUM, row(1), NONE)).isEqualTo(2f);
        }
    }

    @Test
    void aQueuedCallExpiresAtItsDeadlineAndNeverRuns() throws InterruptedException {
        try (ModelRunner runner = runner(1)) {
            model.hold();
            AtomicReference<Object> first = call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 1);
            AtomicReference<Object> late = call(runner, 1, CallOptions.timeout(Duration.ofMillis(30)));
            await().until(() -> late.get() != null);
            assertThat(late.get()).isInstanceOf(DeadlineExceededException.class);
            model.letAllPass();
            joinAll();
            assertThat(first.get()).isEqualTo(1f);
            assertThat(model.runs).containsExactly(1);
        }
    }

    @Test
    void aRunIsStoppedAtItsDeadlineAndTheModelGoesOn() {
        try (ModelRunner runner = runner(1)) {
            model.hold();
            Throwable thrown =
                    catchThrowable(() -> runner.run(FakeModel.SUM, row(1), CallOptions.timeout(Duration.ofMillis(30))));
            assertThat(thrown).isInstanceOf(DeadlineExceededException.class).hasMessageContaining("stopped");
            model.letAllPass();
            assertThat(runner.run(FakeModel.SUM, row(1), NONE)).isEqualTo(2f);
        }
    }

    @Test
    void aFastRunWithADeadlineIsNotStopped() {
        try (ModelRunner runner = runner(1)) {
            for (int i = 0; i < 2_000; i++) {
                assertThat(runner.run(FakeModel.SUM, row(i), CallOptions.timeout(Duration.ofSeconds(5))))
                        .isEqualTo(i + 1f);
            }
        }
    }

    @Test
    void aFullQueueRefusesAtOnceWithTheFigures() throws InterruptedException {
        RunnerOptions options = new RunnerOptions(1, 64, Duration.ZERO, 3, Duration.ofSeconds(10));
        try (ModelRunner runner = new ModelRunner(model, options, executor, deadlines)) {
            model.hold();
            call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 1);
            List<CompletableFuture<Float>> accepted = IntStream.range(0, 3)
                    .mapToObj(i -> runner.start(FakeModel.SUM, row(i), NONE))
                    .toList();
            assertThatThrownBy(() -> runner.run(FakeModel.SUM, row(9), NONE))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("3 rows");
            assertThat(runner.start(FakeModel.SUM, row(9), NONE))
                    .isCompletedExceptionally()
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withCauseInstanceOf(OverloadedException.class);
            model.letAllPass();
            joinAll();
            accepted.forEach(future -> assertThat(future).succeedsWithin(Duration.ofSeconds(10)));
        }
    }

    @Test
    void aCallThatCannotMakeItsDeadlineIsRefusedAtOnce() throws InterruptedException {
        try (ModelRunner runner = runner(1)) {
            model.costs(50_000_000, 0);
            runner.run(FakeModel.SUM, row(0), NONE);
            model.hold();
            call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 2);
            List<CompletableFuture<Float>> queued = IntStream.range(0, 100)
                    .mapToObj(i -> runner.start(FakeModel.SUM, row(i), NONE))
                    .toList();
            assertThatThrownBy(() -> runner.run(FakeModel.SUM, row(1), CallOptions.timeout(Duration.ofMillis(60))))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("deadline");
            queued.forEach(future -> future.cancel(true));
            model.costs(0, 0);
            model.letAllPass();
            joinAll();
        }
    }

    @Test
    void cancelledWorkIsDroppedBeforeItRuns() throws InterruptedException {
        try (ModelRunner runner = runner(1)) {
            model.hold();
            call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 1);
            CompletableFuture<Float> future = runner.start(FakeModel.SUM, row(1), NONE);
            assertThat(future.cancel(true)).isTrue();
            model.letAllPass();
            joinAll();
            assertThat(runner.run(FakeModel.SUM, row(2), NONE)).isEqualTo(3f);
            assertThat(model.runs).as("the cancelled row never ran").containsExactly(1, 1);
            assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void aRunIsStoppedWhenNobodyWaitsForItAnyMore() {
        try (ModelRunner runner = runner(1)) {
            model.hold();
            CompletableFuture<Float> future = runner.start(FakeModel.SUM, row(1), NONE);
            await().until(() -> model.running.get() == 1);
            future.cancel(true);
            await().until(() -> model.running.get() == 0);
            model.letAllPass();
            assertThat(runner.run(FakeModel.SUM, row(2), NONE)).isEqualTo(3f);
        }
    }

    @Test
    void anAsynchronousCallExpiresAtItsDeadline() {
        try (ModelRunner runner = runner(1)) {
            model.hold();
            CompletableFuture<Float> running = runner.start(FakeModel.SUM, row(1), NONE);
            await().until(() -> model.running.get() == 1);
            CompletableFuture<Float> queued =
                    runner.start(FakeModel.SUM, row(1), CallOptions.timeout(Duration.ofMillis(20)));
            assertThat(queued)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(DeadlineExceededException.class);
            model.letAllPass();
            assertThat(running).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(2f);
        }
    }

    @Test
    void whatIsAttachedToAnExpiredCallHoldsNobodysDeadlineUp() {
        CountDownLatch expired = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ModelRunner runner = runner(1)) {
            model.hold();
            CompletableFuture<Float> running = runner.start(FakeModel.SUM, row(1), NONE);
            await().until(() -> model.running.get() == 1);
            CompletableFuture<Float> slow = runner.start(
                            FakeModel.SUM, row(1), CallOptions.timeout(Duration.ofMillis(20)))
                    .whenComplete((result, failure) -> {
                        expired.countDown();
                        awaitUninterruptibly(goOn);
                    });
            awaitUninterruptibly(expired);
            // Two, as a single thread for what is attached would get stuck as well.
            CompletableFuture<Float> second =
                    runner.start(FakeModel.SUM, row(1), CallOptions.timeout(Duration.ofMillis(20)));
            assertThat(second.thenApply(result -> result))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(DeadlineExceededException.class);
            assertThat(slow).isNotDone();
            goOn.countDown();
            model.letAllPass();
            assertThat(running).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(2f);
            assertThat(slow).failsWithin(Duration.ofSeconds(10));
        } finally {
            goOn.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anInterruptedCallerGivesUpAndStaysInterrupted() throws InterruptedException {
        try (ModelRunner runner = runner(1)) {
            model.hold();
            call(runner, 0, NONE);
            await().until(() -> model.runs.size() == 1);
            AtomicReference<Boolean> flag = new AtomicReference<>();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                thrown.set(catchThrowable(() -> runner.run(FakeModel.SUM, row(1), NONE)));
                flag.set(Thread.currentThread().isInterrupted());
            });
            thread.start();
            await().until(() -> thread.getState() == Thread.State.WAITING);
            thread.interrupt();
            thread.join();
            assertThat(thrown.get()).isInstanceOf(CancelledException.class);
            assertThat(flag).hasValue(true);
            model.letAllPass();
            joinAll();
            assertThat(model.runs).containsExactly(1);
        }
    }

    @Test
    void urgentCallsAreServedFirstAmongThoseThatWait() {
        RunnerOptions unbatched = new RunnerOptions(1, 1, Duration.ZERO, 1_000, Duration.ofSeconds(10));
        try (ModelRunner runner = new ModelRunner(model, unbatched, executor, deadlines)) {
            model.hold();
            CompletableFuture<Float> first = runner.start(FakeModel.SUM, row(0), NONE);
            await().until(() -> model.running.get() == 1);
            List<String> order = java.util.Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (Priority priority : List.of(Priority.LOW, Priority.NORMAL, Priority.HIGH)) {
                CallOptions options = NONE.withPriority(priority);
                all.add(runner.start(FakeModel.SUM, row(1), options).thenRun(() -> order.add(priority.name())));
            }
            model.letAllPass();
            all.forEach(CompletableFuture::join);
            assertThat(first).isCompleted();
            assertThat(order).containsExactly("HIGH", "NORMAL", "LOW");
        }
    }

    @Test
    void whoHasWaitedLongIsServedBeforeTheUrgentWhoComeNow() {
        RunnerOptions unbatched = new RunnerOptions(1, 1, Duration.ZERO, 1_000, Duration.ofSeconds(10));
        try (ModelRunner runner = new ModelRunner(model, unbatched, executor, deadlines)) {
            model.hold();
            CompletableFuture<Float> first = runner.start(FakeModel.SUM, row(0), NONE);
            await().until(() -> model.running.get() == 1);
            List<String> order = java.util.Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<Void>> all = new ArrayList<>();
            CallOptions low = NONE.withPriority(Priority.LOW);
            all.add(runner.start(FakeModel.SUM, row(1), low).thenRun(() -> order.add("LOW")));
            long begin = System.nanoTime();
            // Twice the head start: that of the urgent, and the handicap of the others.
            await().until(() -> System.nanoTime() - begin > 2 * CallQueue.HEAD_START_NANOS);
            for (int i = 0; i < 3; i++) {
                CallOptions high = NONE.withPriority(Priority.HIGH);
                all.add(runner.start(FakeModel.SUM, row(1), high).thenRun(() -> order.add("HIGH")));
            }
            model.letAllPass();
            all.forEach(CompletableFuture::join);
            assertThat(first).isCompleted();
            assertThat(order).containsExactly("LOW", "HIGH", "HIGH", "HIGH");
        }
    }

    @Test
    void aListIsCutIntoBatchesAndComesBackInOrder() {
        try (ModelRunner runner = runner(2)) {
            teach(runner);
            model.costs(0, 0);
            List<float[]> inputs =
                    IntStream.range(0, 1_000).mapToObj(ModelRunnerTest::row).toList();
            List<Float> outputs = runner.runAll(FakeModel.SUM, inputs, NONE);
            assertThat(outputs).hasSize(1_000);
            for (int i = 0; i < 1_000; i++) {
                assertThat(outputs.get(i)).isEqualTo(i + 1f);
            }
            assertThat(model.runs).as("runs for 1,000 rows").hasSizeLessThan(200);
            assertThat(model.runs.stream().mapToInt(Integer::intValue).sum()).isEqualTo(1_000);
        }
    }

    @Test
    void aListWithABadInputFailsNamingItsPlace() {
        try (ModelRunner runner = runner(1)) {
            List<float[]> inputs = List.of(row(1), new float[5], row(2));
            assertThatThrownBy(() -> runner.runAll(FakeModel.SUM, inputs, NONE))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("Input 1 of the list");
            assertThat(runner.runAll(FakeModel.SUM, List.<float[]>of(), NONE)).isEmpty();
        }
    }

    @Test
    void closingLetsCallsFinishAndRefusesNewOnes() throws Exception {
        ModelRunner runner = runner(1);
        model.hold();
        AtomicReference<Object> running = call(runner, 1, NONE);
        await().until(() -> model.running.get() == 1);
        CompletableFuture<Float> queued = runner.start(FakeModel.SUM, row(2), NONE);
        Thread closer = new Thread(runner::close);
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        assertThatThrownBy(() -> runner.run(FakeModel.SUM, row(3), NONE)).isInstanceOf(ClosedException.class);
        assertThat(runner.start(FakeModel.SUM, row(3), NONE)).isCompletedExceptionally();
        assertThat(model.closes).hasValue(0);
        model.letAllPass();
        closer.join();
        joinAll();
        assertThat(running.get()).isEqualTo(2f);
        assertThat(queued).isCompletedWithValue(3f);
        assertThat(model.closes).hasValue(1);
        assertThat(model.framesOpen).hasValue(0);
        runner.close();
        assertThat(model.closes).as("closing twice frees once").hasValue(1);
    }

    @Test
    void acceptedAsynchronousCallsAreAnsweredEvenIfTheExecutorIsGone() {
        try (ModelRunner runner = runner(1)) {
            executor.shutdownNow();
            assertThat(runner.start(FakeModel.SUM, row(1), NONE)).isCompletedWithValue(2f);
        }
    }
}
