package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.Model;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.testing.Hold;
import dev.maas.testing.TestModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Calls that need room which others have. */
class ScarceMemoryTest extends BudgetFixture {
    @Test
    void whatACallUsesStaysAndTheLoadWaitsForItsEnd() throws Exception {
        TestModel used = publish("a", 1, 60);
        TestModel wanted = publish("b", 2, 60);
        Predictor<Float, Float> a = predictor("a");
        Predictor<Float, Float> b = predictor("b");
        a.predict(0f);
        CompletableFuture<Float> running;
        CompletableFuture<Float> waiting;
        try (Hold hold = used.hold()) {
            running = a.predictAsync(0f);
            hold.awaitRuns(1);
            waiting = b.predictAsync(0f, PATIENT);
            await().pollDelay(Duration.ofMillis(50)).until(() -> true);
            assertThat(waiting).isNotDone();
            assertThat(used.loaded()).isEqualTo(1);
            assertThat(wanted.loads()).as("room is made first").isZero();
        }
        assertThat(running.get(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(used.loaded()).isZero();
    }

    @Test
    void aCallThatFindsNoRoomUntilItsDeadlineIsRefusedWithTheFigures() throws Exception {
        TestModel used = publish("a", 1, 60);
        publish("b", 2, 60);
        publish("timed", 3, 60);
        Predictor<Float, Float> a = predictor("a");
        Predictor<Float, Float> b = predictor("b");
        a.predict(0f);
        try (Hold hold = used.hold()) {
            CompletableFuture<Float> running = a.predictAsync(0f);
            hold.awaitRuns(1);
            String figures = "it takes 60 bytes; of the memory budget of 100, 60 are taken";
            assertThatExceptionOfType(OverloadedException.class)
                    .isThrownBy(() -> b.predict(0f, SOON))
                    .withMessageContaining(figures);
            assertThatThrownBy(() -> b.predictAsync(0f, SOON).get())
                    .hasCauseInstanceOf(OverloadedException.class)
                    .hasMessageContaining(figures);
            assertThatExceptionOfType(OverloadedException.class)
                    .as("by the model's own deadline")
                    .isThrownBy(() -> predictor("timed").predict(0f))
                    .withMessageContaining(figures);
            for (Runnable unbounded : List.<Runnable>of(
                    () -> b.predict(0f), () -> b.predictAll(List.of(0f)), () -> service.load("b"), () -> {
                        try (Model model = service.model("b")) {
                            throw new AssertionError(model);
                        }
                    })) {
                assertThatExceptionOfType(OverloadedException.class)
                        .as("by the time that calls may wait")
                        .isThrownBy(unbounded::run)
                        .withMessageContaining(figures);
            }
            assertThat(health("b").state()).isEqualTo(ServiceHealth.State.COLD);
            assertThat(health("b").reason()).startsWith("version 1: There is no room to load 'b:1'");
            assertThat(service.health().ready()).isTrue();
            assertThat(running).isNotDone();
        }
        assertThat(b.predict(0f, PATIENT)).isEqualTo(2);
        assertThat(health("b").reason()).isEmpty();
    }

    @Test
    void whoeverMayWaitLongerIsNotRefusedWithThoseWhoMayNot() throws Exception {
        TestModel used = publish("a", 1, 60);
        publish("b", 2, 60);
        Predictor<Float, Float> a = predictor("a");
        a.predict(0f);
        CompletableFuture<Float> patient;
        CompletableFuture<Float> byNumber;
        try (Hold hold = used.hold()) {
            CompletableFuture<Float> running = a.predictAsync(0f);
            hold.awaitRuns(1);
            CompletableFuture<Float> hasty = predictor("b").predictAsync(0f, SOON);
            patient = predictor("b").predictAsync(0f, PATIENT);
            // Another reference to the same version has its own patience.
            byNumber = predictor("b:1").predictAsync(0f, PATIENT);
            assertThatThrownBy(hasty::get).hasCauseInstanceOf(OverloadedException.class);
            assertThat(patient).isNotDone();
            assertThat(byNumber).isNotDone();
            assertThat(running).isNotDone();
        }
        assertThat(patient.get(30, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(byNumber.get(30, TimeUnit.SECONDS)).isEqualTo(2);
    }

    @Test
    void aDeadlineThatPassesDuringTheLoadItselfIsOne() {
        publish("a", 1, 60);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.onOpen = version -> ModelServiceTest.awaitUninterruptibly(goOn);
        assertThatExceptionOfType(DeadlineExceededException.class)
                .isThrownBy(() -> predictor("a").predict(0f, SOON));
        assertThatExceptionOfType(DeadlineExceededException.class)
                .isThrownBy(() -> predictor("a").predictAll(List.of(0f), SOON));
        goOn.countDown();
    }

    @Test
    void manyCallersOfAnEvictedModelWaitForOneLoad() throws Exception {
        TestModel model = publish("a", 1, 60);
        publish("b", 2, 60);
        Predictor<Float, Float> a = predictor("a");
        a.predict(0f);
        predictor("b").predict(0f);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.onOpen = version -> ModelServiceTest.awaitUninterruptibly(goOn);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Float>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                boolean async = i % 2 == 0;
                calls.add(
                        threads.submit(() -> async ? a.predictAsync(0f, PATIENT).get() : a.predict(0f, PATIENT)));
            }
            await().until(() -> registry.opened.get() == 3);
            goOn.countDown();
            for (Future<Float> call : calls) {
                assertThat(call.get(30, TimeUnit.SECONDS)).isEqualTo(1);
            }
        } finally {
            goOn.countDown();
            threads.shutdownNow();
        }
        assertThat(model.loads()).isEqualTo(2);
        assertThat(registry.opened).hasValue(3);
    }

    @Test
    void closingEndsTheWaitForRoom() throws Exception {
        publish("pinned", 1, 60);
        publish("patient", 2, 60);
        predictor("pinned").predict(0f);
        Predictor<Float, Float> patient = predictor("patient");
        CompletableFuture<Float> waiting = patient.predictAsync(0f);
        assertThat(waiting).isNotDone();

        service.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void randomCallsOfManyThreadsGetTheirAnswersWithinTheBudget() throws Exception {
        int models = 12;
        List<TestModel> published = new ArrayList<>();
        for (int i = 0; i < models; i++) {
            published.add(publish("m" + i, i, 10 + 3 * i));
        }
        List<Predictor<Float, Float>> predictors = new ArrayList<>();
        for (int i = 0; i < models; i++) {
            predictors.add(predictor("m" + i));
        }
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            Future<Integer> probe = threads.submit(() -> {
                int looks = 0;
                for (; !done.get(); looks++) {
                    ServiceHealth health = service.health();
                    assertThat(health.memory().loadedBytes()).isBetween(0L, BUDGET);
                    assertThat(engine.bytes.get()).isBetween(0L, BUDGET);
                    assertThat(published).allMatch(model -> model.loaded() <= 1);
                    Thread.onSpinWait();
                }
                return looks;
            });
            List<Future<?>> callers = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                long seed = thread;
                callers.add(threads.submit(() -> {
                    Random random = new Random(seed);
                    for (int call = 0; call < 600; call++) {
                        int model = (int) Math.min(models - 1, Math.abs(random.nextGaussian()) * 4);
                        float input = random.nextInt(1_000);
                        Predictor<Float, Float> predictor = predictors.get(model);
                        float answer = switch (call % 3) {
                            case 0 -> predictor.predict(input, PATIENT);
                            case 1 -> predictor.predictAsync(input, PATIENT).get();
                            default ->
                                predictor.predictAll(List.of(input), PATIENT).get(0);
                        };
                        assertThat(answer).isEqualTo(input + model);
                    }
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            done.set(true);
            assertThat(probe.get()).isPositive();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        assertThat(evictions()).isGreaterThan(30);
        assertThat(engine.highest.get()).isGreaterThan(BUDGET / 2);
    }

    @Test
    void pinnedAndHeldModelsStay() {
        publish("pinned", 1, 40);
        publish("held", 2, 40);
        publish("b", 3, 60);
        predictor("pinned").predict(0f);
        Model held = service.model("held");
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> predictor("b").predict(0f))
                .withMessageContaining("of the memory budget of 100, 80 are taken");
        assertThat(held.predictor(Float.class, Float.class).predict(0f)).isEqualTo(2);
        assertThat(health("pinned").state()).isEqualTo(ServiceHealth.State.READY);

        held.close();

        assertThat(predictor("b").predict(0f)).isEqualTo(3);
        assertThat(health("pinned").state()).isEqualTo(ServiceHealth.State.READY);
        assertThat(health("pinned").loadedBytes()).isEqualTo(40);
    }
}
