package dev.maas.serving;

import static dev.maas.serving.TestRegistry.plus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.maas.ClosedException;
import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.ModelLoadException;
import dev.maas.ModelMetadata;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import dev.maas.Predictor;
import dev.maas.RegistryException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxModels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The life of versions in a service: loading, swapping, failing, closing. */
@Timeout(60)
class ModelServiceTest {
    private static final float[] ZEROS = {0, 0};
    private static final byte[] GARBAGE = "this is no model".getBytes(StandardCharsets.UTF_8);

    private final TestRegistry registry = new TestRegistry();
    private final ModelService service =
            ModelService.of(registry, ServiceOptions.defaults().pollInterval(Duration.ofHours(1)));

    @AfterEach
    void everythingThatWasOpenedIsClosed() {
        service.close();
        assertThat(registry.watches).hasValue(0);
        await().untilAsserted(
                        () -> assertThat(registry.sourcesClosed.get()).isEqualTo(registry.opened.get() - failedOpens));
    }

    private int failedOpens;

    private Predictor<float[], float[]> predictor(String ref) {
        return service.predictor(ref, float[].class, float[].class);
    }

    private ServiceHealth.ModelHealth health(String ref) {
        return service.health().models().stream()
                .filter(model -> model.ref().equals(ModelRef.parse(ref)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aModelIsLoadedWithItsFirstCallAndShared() {
        registry.publish("m", plus(1));
        Predictor<float[], float[]> first = predictor("m:1");
        assertThat(registry.opened).hasValue(0);
        assertThat(health("m:1").state()).isEqualTo(ServiceHealth.State.COLD);

        assertThat(first.predict(ZEROS)).containsExactly(1, 1);
        assertThat(predictor("m:1").predict(ZEROS)).containsExactly(1, 1);
        // Another reference to the same version shares it too.
        assertThat(predictor("m").predict(ZEROS)).containsExactly(1, 1);

        assertThat(registry.opened).hasValue(1);
        assertThat(health("m:1").state()).isEqualTo(ServiceHealth.State.READY);
        assertThat(health("m:1").version()).hasValue(1);
        assertThat(health("m:1").reason()).isEmpty();
        assertThat(health("m:1").loadedBytes())
                .isEqualTo(health("m").loadedBytes())
                .isPositive();
        assertThat(service.health().memory().loadedBytes())
                .isEqualTo(health("m").loadedBytes());
    }

    @Test
    void manyFirstCallersWaitForOneLoad() throws Exception {
        registry.publish("m", plus(1));
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.onOpen = version -> {
            loading.countDown();
            awaitUninterruptibly(goOn);
        };
        Predictor<float[], float[]> predictor = predictor("m");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<float[]>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(threads.submit(() -> predictor.predict(ZEROS)));
            }
            List<CompletableFuture<float[]>> futures = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                futures.add(predictor.predictAsync(ZEROS));
            }
            assertThat(loading.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(calls).noneMatch(Future::isDone);
            long workers = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("maas-worker"))
                    .count();
            goOn.countDown();
            for (Future<float[]> call : calls) {
                assertThat(call.get()).containsExactly(1, 1);
            }
            for (CompletableFuture<float[]> future : futures) {
                assertThat(future.get()).containsExactly(1, 1);
            }
            assertThat(workers)
                    .as("asynchronous callers wait without a thread each")
                    .isLessThan(20);
        } finally {
            threads.shutdownNow();
        }
        assertThat(registry.opened).hasValue(1);
    }

    static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aModelThatCannotBeLoadedFailsItsCallersAndIsTriedAgain() {
        int number = registry.publish("m", ModelSource.of(GARBAGE), signatureOfPlus(), ModelMetadata.empty());
        Predictor<float[], float[]> predictor = predictor("m");

        assertThatExceptionOfType(ModelLoadException.class).isThrownBy(() -> predictor.predict(ZEROS));
        assertThatThrownBy(() -> predictor.predictAsync(ZEROS).get()).hasCauseInstanceOf(ModelLoadException.class);
        assertThatExceptionOfType(ModelLoadException.class).isThrownBy(() -> service.load("m"));
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.FAILED);
        assertThat(health("m").reason()).startsWith("version 1: ");
        assertThat(service.health().ready()).isFalse();
        assertThat(service.health().live()).isTrue();

        registry.mend("m", number, plus(2));
        assertThat(predictor.predict(ZEROS)).containsExactly(2, 2);
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.READY);
        assertThat(service.health().ready()).isTrue();
    }

    private static dev.maas.tensor.Signature signatureOfPlus() {
        return new dev.maas.gate.ModelGate()
                .inspect(ModelSource.of(plus(0)))
                .onnx()
                .flatMap(onnx -> onnx.signature())
                .orElseThrow();
    }

    @Test
    void aFailureOfTheRegistryReachesTheCallerAndTheHealthReport() {
        registry.publish("m", plus(1));
        Predictor<float[], float[]> predictor = predictor("m");
        for (RuntimeException failure :
                List.of(new IllegalStateException("odd"), new RegistryException("store down"))) {
            registry.onOpen = version -> {
                throw failure;
            };
            failedOpens++;
            assertThatThrownBy(() -> predictor.predict(ZEROS)).isSameAs(failure);
            assertThat(health("m").state()).as("%s", failure).isEqualTo(ServiceHealth.State.FAILED);
        }
        registry.onOpen = version -> {};
        assertThat(predictor.predict(ZEROS)).containsExactly(1, 1);
    }

    @Test
    void aNameThatIsNoModelsIsToldAndLeavesNothingBehind() {
        registry.publish("m", plus(1));
        for (String ref : List.of("other", "m:2", "m@champion")) {
            assertThatExceptionOfType(ModelNotFoundException.class).isThrownBy(() -> predictor(ref));
            assertThatExceptionOfType(ModelNotFoundException.class)
                    .isThrownBy(() -> service.predictor(ref, new Doubling()));
            assertThatExceptionOfType(ModelNotFoundException.class).isThrownBy(() -> service.load(ref));
            assertThatExceptionOfType(ModelNotFoundException.class).isThrownBy(() -> service.model(ref));
        }
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> predictor("../etc"));
        assertThat(service.health().models()).isEmpty();
        assertThat(registry.watches).hasValue(0);
        assertThat(predictor("m").predict(ZEROS)).containsExactly(1, 1);
    }

    @Test
    void typesThatDoNotFitAreRefusedBeforeAnythingIsLoaded() {
        registry.publish("m", plus(1));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> service.predictor("m", String.class, float[].class))
                .withMessageContaining("x: float32[batch, 2] | String")
                .withMessageContaining("not every String is a float32");
        assertThat(registry.opened).hasValue(0);
        service.load("m");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> service.predictor("m", String.class, float[].class));
    }

    @Test
    void aMovedAliasIsFollowedAndARollbackNeedsNoLoad() {
        registry.publish("m", plus(1));
        registry.publish("m", plus(2));
        registry.point("m", "champion", 1);
        Predictor<float[], float[]> followed = predictor("m@champion");
        Predictor<float[], float[]> pinned = predictor("m:1");
        assertThat(followed.predict(ZEROS)).containsExactly(1, 1);

        registry.point("m", "champion", 2);
        assertThat(followed.predict(ZEROS)).as("before the registry is asked").containsExactly(1, 1);
        service.refresh();
        assertThat(followed.predict(ZEROS)).containsExactly(2, 2);
        assertThat(pinned.predict(ZEROS)).containsExactly(1, 1);
        assertThat(health("m@champion").version()).hasValue(2);

        int opened = registry.opened.get();
        registry.point("m", "champion", 1);
        service.refresh();
        assertThat(followed.predict(ZEROS)).containsExactly(1, 1);
        registry.point("m", "champion", 2);
        service.refresh();
        assertThat(followed.predict(ZEROS)).containsExactly(2, 2);
        assertThat(registry.opened).hasValue(opened);
    }

    @Test
    void onlyTheLastSupersededVersionIsKept() {
        for (int i = 1; i <= 4; i++) {
            registry.publish("m", plus(i));
        }
        registry.point("m", "champion", 1);
        Predictor<float[], float[]> predictor = predictor("m@champion");
        for (int i = 1; i <= 4; i++) {
            registry.point("m", "champion", i);
            service.refresh();
            assertThat(predictor.predict(ZEROS)).containsExactly(i, i);
        }
        assertThat(registry.opened).hasValue(4);
        assertThat(registry.sourcesClosed).hasValue(2);
    }

    @Test
    void aVersionThatFailsToLoadLeavesTheOldOneServingAndTheHealthSaysSo() {
        registry.publish("m", plus(1));
        registry.publish("m", ModelSource.of(GARBAGE), signatureOfPlus(), ModelMetadata.empty());
        registry.point("m", "champion", 1);
        Predictor<float[], float[]> predictor = predictor("m@champion");
        service.load("m@champion");

        registry.point("m", "champion", 2);
        service.refresh();

        assertThat(predictor.predict(ZEROS)).containsExactly(1, 1);
        assertThat(health("m@champion").state()).isEqualTo(ServiceHealth.State.DEGRADED);
        assertThat(health("m@champion").version()).hasValue(1);
        assertThat(health("m@champion").reason()).startsWith("version 2: ");
        assertThat(service.health().ready()).isTrue();

        registry.mend("m", 2, plus(2));
        service.refresh();
        assertThat(predictor.predict(ZEROS)).containsExactly(2, 2);
        assertThat(health("m@champion").state()).isEqualTo(ServiceHealth.State.READY);
    }

    @Test
    void aVersionWithAnotherSignatureLeavesTheOldOneServing() {
        registry.publish("m", plus(1));
        registry.publish("m", OnnxModels.identity(ElementType.STRING, "[batch]"));
        registry.point("m", "champion", 1);
        Predictor<float[], float[]> predictor = predictor("m@champion");
        service.load("m@champion");

        registry.point("m", "champion", 2);
        service.refresh();

        assertThat(predictor.predict(ZEROS)).containsExactly(1, 1);
        assertThat(health("m@champion").reason())
                .contains("signature does not suit a predictor in use")
                .contains("x: string[batch]");
        // Taking the bad version back also ends the complaint.
        registry.point("m", "champion", 1);
        service.refresh();
        assertThat(health("m@champion").state()).isEqualTo(ServiceHealth.State.READY);
    }

    @Test
    void aRegistryThatFailsLeavesTheOldVersionServing() {
        registry.publish("m", plus(1));
        Predictor<float[], float[]> predictor = predictor("m");
        service.load("m");
        registry.onResolve = ref -> {
            throw new RegistryException("store down");
        };
        service.refresh();
        assertThat(predictor.predict(ZEROS)).containsExactly(1, 1);
    }

    @Test
    void callsDuringSwapsNeverFailAndNeverGoBackToAnOlderVersion() throws Exception {
        int versions = 30;
        for (int i = 1; i <= versions; i++) {
            registry.publish("m", plus(i));
        }
        registry.point("m", "champion", 1);
        Predictor<float[], float[]> predictor = predictor("m@champion");
        service.load("m@champion");
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger least = new AtomicInteger(1);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> callers = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                boolean async = thread % 2 == 0;
                callers.add(threads.submit(() -> {
                    int calls = 0;
                    for (; !done.get(); calls++) {
                        int before = least.get();
                        float[] sum = async ? predictor.predictAsync(ZEROS).get() : predictor.predict(ZEROS);
                        assertThat(sum[0]).isEqualTo(sum[1]).isGreaterThanOrEqualTo(before);
                    }
                    return calls;
                }));
            }
            for (int i = 2; i <= versions; i++) {
                registry.point("m", "champion", i);
                service.refresh();
                least.set(i);
                assertThat(predictor.predict(ZEROS)).containsExactly(i, i);
            }
            done.set(true);
            for (Future<Integer> caller : callers) {
                assertThat(caller.get()).isPositive();
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void aliasesAreFollowedByThemselves() {
        registry.publish("m", plus(1));
        registry.publish("m", plus(2));
        registry.point("m", "champion", 1);
        try (ModelService polling =
                ModelService.of(registry, ServiceOptions.defaults().pollInterval(Duration.ofMillis(20)))) {
            Predictor<float[], float[]> predictor = polling.predictor("m@champion", float[].class, float[].class);
            polling.load("m@champion");
            // A registry that fails now and then does not end it.
            registry.onResolve = ref -> {
                throw new IllegalStateException("now and then");
            };
            await().pollDelay(Duration.ofMillis(60)).until(() -> true);
            registry.onResolve = ref -> {};
            registry.point("m", "champion", 2);
            await().untilAsserted(() -> assertThat(predictor.predict(ZEROS)).containsExactly(2, 2));
        }
    }

    @Test
    void aWatchTellsOfAMoveBeforeTheNextPoll() {
        registry.publish("m", plus(1));
        registry.publish("m", plus(2));
        registry.point("m", "champion", 1);
        Predictor<float[], float[]> predictor = predictor("m@champion");
        service.load("m@champion");
        assertThat(registry.watches).hasValue(1);

        registry.point("m", "champion", 2);
        registry.tell("m");

        await().untilAsserted(() -> assertThat(predictor.predict(ZEROS)).containsExactly(2, 2));
    }

    @Test
    void aModelStaysWhatItWasUntilItIsClosed() {
        registry.publish("m", plus(1));
        registry.publish("m", plus(2));
        registry.point("m", "champion", 1);
        Model model = service.model("m@champion");
        Predictor<float[], float[]> own = model.predictor(float[].class, float[].class);
        service.load("m@champion");
        registry.point("m", "champion", 2);
        service.refresh();

        assertThat(model.ref()).isEqualTo(ModelRef.of("m", 1));
        assertThat(own.predict(ZEROS)).containsExactly(1, 1);
        assertThat(model.run(Map.of("x", Tensor.of(ZEROS, 1, 2))).tensor("y").toFloats())
                .containsExactly(1, 1);
        model.close();
        model.close();
        assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> own.predict(ZEROS));
        assertThatExceptionOfType(ClosedException.class)
                .isThrownBy(() -> model.run(Map.of("x", Tensor.of(ZEROS, 1, 2))));
        assertThatThrownBy(() -> own.predictAsync(ZEROS).get()).hasCauseInstanceOf(ClosedException.class);
        assertThat(predictor("m@champion").predict(ZEROS)).containsExactly(2, 2);
    }

    @Test
    void aClosedServiceRefusesEverythingAndClosingAgainDoesNothing() {
        registry.publish("m", plus(1));
        registry.publish("cold", plus(1));
        Predictor<float[], float[]> warm = predictor("m");
        Predictor<float[], float[]> cold = predictor("cold");
        warm.predict(ZEROS);

        service.close();
        service.close();

        for (Predictor<float[], float[]> predictor : List.of(warm, cold)) {
            assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> predictor.predict(ZEROS));
            assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> predictor.predictAll(List.of(ZEROS)));
            assertThatThrownBy(() -> predictor.predictAsync(ZEROS).get()).hasCauseInstanceOf(ClosedException.class);
        }
        assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> predictor("m"));
        assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> service.load("m"));
        assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> service.model("m"));
        assertThatExceptionOfType(ClosedException.class).isThrownBy(service::refresh);
        assertThat(service.health().live()).isFalse();
        assertThat(service.health().ready()).isFalse();
    }

    @Test
    void closingDuringALoadFailsTheCallersAndFreesWhatWasLoaded() throws Exception {
        registry.publish("m", plus(1));
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.onOpen = version -> {
            loading.countDown();
            awaitUninterruptibly(goOn);
        };
        CompletableFuture<float[]> call = predictor("m").predictAsync(ZEROS);
        assertThat(loading.await(30, TimeUnit.SECONDS)).isTrue();
        Thread closer = new Thread(service::close);
        closer.start();
        await().until(() -> !service.health().live());
        goOn.countDown();
        closer.join();

        assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedException.class);
    }

    /** A translator: takes a number, gives the first of the sums. */
    static final class Doubling implements dev.maas.Translator<Float, Float> {
        @Override
        public Map<String, Tensor> toTensors(Float input) {
            return Map.of("x", Tensor.of(new float[] {input, input}, 1, 2));
        }

        @Override
        public Float fromOutputs(dev.maas.tensor.Outputs outputs) {
            return outputs.tensor("y").toFloats()[0];
        }
    }
}
