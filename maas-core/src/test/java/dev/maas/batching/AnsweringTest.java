package dev.maas.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application attaches to the futures of its calls may call again, close, and take its time. */
@Timeout(60)
class AnsweringTest {
    private static final CallOptions NONE = CallOptions.none();
    private static final Duration LONG = Duration.ofSeconds(20);

    private final FakeModel model = new FakeModel();
    private final Deadlines deadlines = new Deadlines();
    private final ExecutorService executor = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        executor.shutdownNow();
        deadlines.close();
    }

    private ModelRunner runner(Executor runsBatches) {
        RunnerOptions options = new RunnerOptions(1, 64, Duration.ZERO, 100, Duration.ofSeconds(10));
        return new ModelRunner(model, options, runsBatches, deadlines);
    }

    private static float[] row(float a) {
        return new float[] {a, 1};
    }

    /** So that runs are no longer taken for tiny, which need no slot, and batches pay. */
    private void teach(ModelRunner runner) {
        model.costs(1_000_000, 0);
        List<float[]> many = IntStream.range(0, 64).mapToObj(AnsweringTest::row).toList();
        IntStream.range(0, 40).forEach(i -> runner.runAll(FakeModel.SUM, many, NONE));
        model.runs.clear();
    }

    @Test
    void itMayCallTheSameModelAndWaitThoughItsThreadHasTheOnlySlot() {
        ModelRunner runner = runner(executor);
        teach(runner);
        model.hold();
        List<CompletableFuture<Float>> chains = IntStream.range(0, 20)
                .mapToObj(i -> runner.start(FakeModel.SUM, row(i), NONE)
                        .thenApply(sum -> runner.run(FakeModel.SUM, row(sum), NONE))
                        .thenApply(sum -> runner.runAll(FakeModel.SUM, List.of(row(sum), row(0)), NONE)
                                .get(0)))
                .toList();
        model.letAllPass();
        for (int i = 0; i < 20; i++) {
            assertThat(chains.get(i)).succeedsWithin(LONG).isEqualTo(i + 3f);
        }
        assertThat(model.mostRunning).as("runs at the same time").hasValue(1);
        assertThat(runner.run(FakeModel.SUM, row(1), NONE)).isEqualTo(2f);
        runner.close();
        assertThat(model.closes).hasValue(1);
    }

    @Test
    void itMayCloseTheModelAndOthersAreAnsweredAllTheSame() {
        ModelRunner runner = runner(executor);
        teach(runner);
        model.hold();
        CompletableFuture<Void> closing =
                runner.start(FakeModel.SUM, row(1), NONE).thenRun(runner::close);
        List<CompletableFuture<Float>> others = IntStream.range(0, 200)
                .mapToObj(i -> runner.start(FakeModel.SUM, row(i), NONE))
                .filter(future -> !future.isCompletedExceptionally())
                .toList();
        model.letAllPass();
        assertThat(closing).succeedsWithin(LONG);
        others.forEach(future -> assertThat(future).succeedsWithin(LONG));
        assertThat(runner.freed()).succeedsWithin(LONG);
        assertThat(model.closes).hasValue(1);
    }

    @Test
    void itMayCloseTheModelWhenItsCallExpiresOrIsCancelled() {
        ModelRunner runner = runner(executor);
        teach(runner);
        model.hold();
        CompletableFuture<Float> running = runner.start(FakeModel.SUM, row(1), NONE);
        await().until(() -> model.running.get() == 1);
        CompletableFuture<Float> expiring =
                runner.start(FakeModel.SUM, row(2), CallOptions.timeout(LONG.dividedBy(100)));
        CompletableFuture<Void> closing = expiring.handle((sum, failure) -> {
            CompletableFuture<Float> cancelled = running;
            cancelled.cancel(true);
            runner.close();
            return null;
        });
        assertThat(closing).succeedsWithin(LONG);
        assertThat(runner.freed()).succeedsWithin(LONG);
    }

    @Test
    void aCallerWhoLedOthersDoesNotWaitForWhatTheyAttached() throws InterruptedException {
        try (ModelRunner runner = runner(executor)) {
            teach(runner);
            model.hold();
            AtomicReference<Float> first = new AtomicReference<>();
            Thread runs = new Thread(() -> first.set(runner.run(FakeModel.SUM, row(0), NONE)));
            runs.start();
            await().until(() -> model.running.get() == 1);
            AtomicReference<Float> result = new AtomicReference<>();
            Thread leads = new Thread(() -> result.set(runner.run(FakeModel.SUM, row(1), NONE)));
            leads.start();
            await().until(() -> leads.getState() == Thread.State.WAITING);
            CountDownLatch enough = new CountDownLatch(1);
            AtomicReference<Thread> answeredBy = new AtomicReference<>();
            CompletableFuture<Float> rides = runner.start(FakeModel.SUM, row(2), NONE)
                    .whenComplete((sum, failure) -> {
                        answeredBy.set(Thread.currentThread());
                        awaitUninterruptibly(enough);
                    });
            model.letAllPass();
            leads.join();
            runs.join();
            assertThat(result.get()).isEqualTo(2f);
            await().until(() -> answeredBy.get() != null);
            assertThat(answeredBy.get()).isNotIn(leads, runs);
            assertThat(model.runs).as("the future rode along").containsExactly(1, 2);
            enough.countDown();
            assertThat(rides).succeedsWithin(LONG).isEqualTo(3f);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void callsAreAnsweredThoughTheSystemGrantsNoThread() {
        try (ModelRunner runner = runner(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(runner.start(FakeModel.SUM, row(i), NONE)).isCompletedWithValue(i + 1f);
            }
        }
        assertThat(model.closes).as("no lease was lost").hasValue(1);
    }

    @Test
    void aCallThatCannotHaveItsDeadlineFailsAndLeavesNothingBehind() {
        try (ModelRunner runner = runner(executor)) {
            deadlines.close();
            assertThat(runner.start(FakeModel.SUM, row(1), CallOptions.timeout(LONG)))
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withCauseInstanceOf(ClosedException.class);
            assertThat(runner.run(FakeModel.SUM, row(1), NONE)).isEqualTo(2f);
        }
        assertThat(model.closes).as("no lease was lost").hasValue(1);
    }

    @Test
    void aPieceOfAListLargerThanTheQueueGetsInWhereNobodyWaits() {
        RunnerOptions options = new RunnerOptions(1, 64, Duration.ZERO, 3, Duration.ofSeconds(10));
        try (ModelRunner runner = new ModelRunner(model, options, executor, deadlines)) {
            teach(runner);
            List<float[]> many =
                    IntStream.range(0, 50).mapToObj(AnsweringTest::row).toList();
            assertThat(runner.runAll(FakeModel.SUM, many, NONE)).hasSize(50).endsWith(50f);
            assertThat(model.runs).as("rows of the runs").anyMatch(rows -> rows > 3);
        }
    }
}
