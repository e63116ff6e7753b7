package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.ModelLoadException;
import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.testing.FakeClock;
import dev.maas.testing.Hold;
import dev.maas.testing.TestModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service whose models do not all fit into its memory budget. */
@Timeout(60)
class MemoryBudgetTest {
    private static final long BUDGET = 100;
    private static final CallOptions SOON = CallOptions.timeout(Duration.ofMillis(100));
    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private final CountingEngine engine = new CountingEngine();
    private final TestRegistry registry = new TestRegistry();
    private final FakeClock clock = FakeClock.at(Instant.EPOCH);
    /** How long each model takes to load, by the clock. */
    private final Map<String, Duration> loadTimes = new ConcurrentHashMap<>();

    private final ModelOptions quick =
            ModelOptions.defaults().slots(1).warmUp(false).maxQueueTime(Duration.ofMillis(100));
    private final ModelService service = ModelService.of(
            registry,
            ServiceOptions.defaults()
                    .engines(List.of(engine))
                    .pollInterval(Duration.ofHours(1))
                    .models(quick)
                    .model("pinned", quick.pinned(true))
                    .model("patient", quick.maxQueueTime(Duration.ofSeconds(30)))
                    .model("timed", quick.timeout(Duration.ofMillis(100)))
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
        assertThat(service.health().memory().highestBytes()).isLessThanOrEqualTo(BUDGET);
    }

    /** Publishes a model that adds a number to each of its inputs. */
    private TestModel publish(String name, float number, long bytes) {
        TestModel model = TestModel.ofFloats(1, 1, row -> new float[] {row[0] + number});
        model.occupy(bytes);
        registry.byteSize = bytes;
        registry.publish(name, engine.source(model), model.signature(), ModelMetadata.empty());
        return model;
    }

    private Predictor<Float, Float> predictor(String ref) {
        return service.predictor(ref, Float.class, Float.class);
    }

    private ServiceHealth.ModelHealth health(String ref) {
        return service.health().models().stream()
                .filter(model -> model.ref().equals(ModelRef.parse(ref)))
                .findFirst()
                .orElseThrow();
    }

    private long evictions() {
        return service.health().memory().evictions();
    }

    @Test
    void anIdleModelMakesRoomAndIsLoadedAgainWithItsNextCall() {
        TestModel first = publish("a", 1, 60);
        publish("b", 2, 60);
        Predictor<Float, Float> a = predictor("a");
        Predictor<Float, Float> b = predictor("b");
        assertThat(a.predict(0f)).isEqualTo(1);
        assertThat(health("a").loadedBytes()).isEqualTo(60);

        assertThat(b.predict(0f)).isEqualTo(2);

        assertThat(first.loaded()).isZero();
        assertThat(health("a"))
                .isEqualTo(new ServiceHealth.ModelHealth(
                        ModelRef.parse("a"),
                        ServiceHealth.State.COLD,
                        java.util.OptionalInt.empty(),
                        "version 1 is not in memory: it made room for 'b:1' in the memory budget of 100 bytes"));
        assertThat(service.health().ready()).isTrue();
        assertThat(service.health().memory()).isEqualTo(new ServiceHealth.Memory(60, OptionalLong.of(100), 60, 1));

        assertThat(a.predict(5f)).as("by the predictor that is held").isEqualTo(6);
        assertThat(a.predictAsync(6f).join()).isEqualTo(7);
        assertThat(a.predictAll(List.of(7f))).containsExactly(8f);
        assertThat(first.loads()).isEqualTo(2);
        assertThat(health("a").state()).isEqualTo(ServiceHealth.State.READY);
        assertThat(health("a").reason()).isEmpty();
        assertThat(health("b").state()).isEqualTo(ServiceHealth.State.COLD);
    }

    @Test
    void everyKindOfCallLoadsWhatWasEvicted() {
        publish("a", 1, 60);
        publish("b", 2, 60);
        Predictor<Float, Float> a = predictor("a");
        Predictor<Float, Float> b = predictor("b");
        List<java.util.function.Supplier<Float>> calls = List.of(
                () -> a.predict(0f),
                () -> a.predict(0f, PATIENT),
                () -> a.predictAsync(0f).join(),
                () -> a.predictAll(List.of(0f)).get(0),
                () -> a.predictAll(List.of(0f), PATIENT).get(0));
        for (int i = 0; i < calls.size(); i++) {
            assertThat(b.predict(0f)).isEqualTo(2);
            assertThat(health("a").state()).isEqualTo(ServiceHealth.State.COLD);
            assertThat(calls.get(i).get()).as("call %d", i).isEqualTo(1);
        }
    }

    @Test
    void whatIsQuickToLoadAndLargeAndSeldomCalledGoesFirst() {
        publish("slow", 1, 30);
        publish("popular", 2, 30);
        publish("other", 3, 30);
        loadTimes.put("slow", Duration.ofMillis(50));
        for (String name : List.of("other", "slow", "popular")) {
            assertThat(predictor(name).predict(0f)).isPositive();
        }
        for (int i = 0; i < 10; i++) {
            predictor("popular").predict(0f);
        }
        List<String> gone = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            // Fits once something else has gone; then goes itself, being a spare.
            publish("new", 10 + i, 40 + 30 * i);
            try (Model model = service.model("new")) {
                assertThat(model.ref().name()).isEqualTo("new");
                for (String name : List.of("slow", "popular", "other")) {
                    if (health(name).state() == ServiceHealth.State.COLD && !gone.contains(name)) {
                        gone.add(name);
                    }
                }
            }
        }
        assertThat(gone).containsExactly("other", "popular", "slow");
    }

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
    void whatIsLargerThanTheWholeBudgetIsRefusedBeforeItIsLoaded() {
        publish("a", 1, 60);
        TestModel huge = publish("huge", 2, 101);
        predictor("a").predict(0f);

        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> predictor("huge").predict(0f))
                .withMessageContaining("'huge:1' takes 101 bytes; the whole memory budget is 100");

        assertThat(huge.loads()).isZero();
        assertThat(health("huge").state()).isEqualTo(ServiceHealth.State.FAILED);
        assertThat(health("a").state()).as("nothing went for it").isEqualTo(ServiceHealth.State.READY);
    }

    @Test
    void aModelThatTurnsOutLargerThanItsPackageMakesItsRoomAfterwards() {
        publish("a", 1, 60);
        TestModel grows = publish("b", 2, 30);
        predictor("a").predict(0f);
        grows.occupy(70);
        // The engine's own account is beyond the budget for a moment here, which is what estimates cost.
        assertThat(predictor("b").predict(0f)).isEqualTo(2);
        assertThat(health("a").state()).isEqualTo(ServiceHealth.State.COLD);
        assertThat(service.health().memory().loadedBytes()).isEqualTo(70);
        assertThat(engine.highest).hasValue(130);
        engine.highest.set(0);

        grows.occupy(101);
        predictor("a").predict(0f);
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> predictor("b").predict(0f))
                .withMessageContaining("takes 101 bytes");
        assertThat(grows.loaded()).isZero();
        int opened = registry.opened.get();
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> predictor("b").predict(0f));
        assertThat(registry.opened).as("known to be too large by now").hasValue(opened);
        engine.highest.set(0);
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

    @Test
    void bothVersionsCountDuringASwapAndTheSupersededOneGoesFirst() {
        TestModel old = publish("m", 1, 40);
        publish("other", 7, 20);
        Predictor<Float, Float> m = predictor("m");
        assertThat(m.predict(0f)).isEqualTo(1);
        predictor("other").predict(0f);
        publish("m", 2, 40);
        service.refresh();
        assertThat(m.predict(0f)).isEqualTo(2);
        assertThat(service.health().memory().loadedBytes()).isEqualTo(100);
        assertThat(old.loaded()).as("kept for a rollback").isEqualTo(1);

        publish("m", 3, 40);
        service.refresh();

        assertThat(m.predict(0f)).isEqualTo(3);
        assertThat(old.loaded()).isZero();
        assertThat(health("other").state()).isEqualTo(ServiceHealth.State.READY);
        assertThat(evictions()).isEqualTo(1);
    }

    @Test
    void aSwapWithoutRoomForBothLeavesTheOldOneServing() {
        publish("m", 1, 60);
        Predictor<Float, Float> m = predictor("m");
        m.predict(0f);
        TestModel wanted = publish("m", 2, 60);

        service.refresh();

        assertThat(m.predict(0f)).isEqualTo(1);
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.DEGRADED);
        assertThat(health("m").reason()).startsWith("version 2: There is no room to load 'm:2'");
        assertThat(wanted.loads()).isZero();

        publish("b", 3, 60);
        assertThat(predictor("b").predict(0f)).isEqualTo(3);
        assertThat(m.predict(0f)).as("cold, it comes back as what it means now").isEqualTo(2);
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.READY);
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
    void aLoadThatFailsGivesItsRoomBack() {
        TestModel bad = publish("bad", 1, 100);
        bad.failLoads(new ModelLoadException("damaged"));
        publish("a", 2, 100);
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(ModelLoadException.class)
                    .isThrownBy(() -> predictor("bad").predict(0f));
            assertThat(service.health().memory().loadedBytes()).isZero();
        }
        registry.onOpen = version -> {
            throw new IllegalStateException("store down");
        };
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> predictor("a").predict(0f));
        registry.onOpen = version -> {};
        assertThat(predictor("a").predict(0f)).isEqualTo(2);
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
    void aBudgetOfNothingIsNoBudget() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> ServiceOptions.defaults().memoryBudget(0))
                .withMessageContaining("got 0");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> ModelOptions.defaults().trimAfter(Duration.ofSeconds(-1)))
                .withMessageContaining("got PT-1S");
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
    void anIdleModelGivesBackItsMemoryOnceUntilItIsCalledAgain() {
        ServiceOptions options =
                ServiceOptions.defaults().engines(List.of(engine)).models(quick.trimAfter(Duration.ofMillis(20)));
        publish("a", 1, 1);
        try (ModelService trimming = ModelService.of(registry, options)) {
            Predictor<Float, Float> a = trimming.predictor("a", Float.class, Float.class);
            for (int idle = 1; idle <= 3; idle++) {
                assertThat(a.predict(0f)).isEqualTo(1);
                int expected = idle;
                await().untilAsserted(() -> assertThat(engine.trims).hasValueGreaterThanOrEqualTo(expected));
                int trims = engine.trims.get();
                await().pollDelay(Duration.ofMillis(100)).until(() -> engine.trims.get() <= trims + 1);
            }
        }
        try (ModelService keeping = ModelService.of(
                registry, ServiceOptions.defaults().engines(List.of(engine)).models(quick.trimAfter(Duration.ZERO)))) {
            int trims = engine.trims.get();
            keeping.load("a");
            await().pollDelay(Duration.ofMillis(60)).until(() -> engine.trims.get() == trims);
        }
    }
}
