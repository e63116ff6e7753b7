package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.batching.Deadlines;
import dev.maas.batching.ModelRunner;
import dev.maas.batching.RunnerOptions;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a version counts with. */
@Timeout(60)
class LoadMeterTest {
    private static final Signature SIGNATURE = Signature.of(
            List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.parse("[batch]"))),
            List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.parse("[batch]"))));

    private final Deadlines deadlines = new Deadlines();
    private volatile Optional<ProcessMemory.Sample> now = Optional.of(new ProcessMemory.Sample(1_000, 100, 0));
    private final LoadMeter meter = new LoadMeter(MemoryBudget.of(OptionalLong.of(500)), () -> now);

    @AfterEach
    void close() {
        deadlines.close();
    }

    private record Model(long weights, boolean isSizeExact) implements LoadedModel {
        @Override
        public Signature signature() {
            return SIGNATURE;
        }

        @Override
        public Map<String, String> properties() {
            return Map.of();
        }

        @Override
        public OptionalLong nativeBytes() {
            return weights == 0 ? OptionalLong.empty() : OptionalLong.of(weights);
        }

        @Override
        public RunFrame newFrame() {
            throw new UnsupportedOperationException("Nothing is run here");
        }

        @Override
        public void close() {}
    }

    private static ModelVersion version(int number) {
        return new ModelVersion(
                "m", number, "sha256:" + number, Instant.EPOCH, "t", 30, SIGNATURE, ModelMetadata.empty(), false);
    }

    private LoadedVersion loaded(Model model) {
        ModelRunner runner = new ModelRunner(model, RunnerOptions.forProcessors(1), Runnable::run, deadlines);
        return new LoadedVersion(
                ModelRef.of("m", 1), "", ModelMetadata.empty(), model, runner, ModelOptions.defaults(), null);
    }

    private void grow(long resident, long heap) {
        ProcessMemory.Sample before = now.orElseThrow();
        now = Optional.of(
                new ProcessMemory.Sample(before.resident() + resident, before.heap() + heap, before.collections()));
    }

    private long load(int number, long weights, Runnable meanwhile) {
        return meter.load(version(number), () -> {
                    meanwhile.run();
                    return loaded(new Model(weights, false));
                })
                .bytes();
    }

    @Test
    void aVersionCountsWithTheGrowthOutsideTheHeapFromItsFirstLoadOn() {
        assertThat(meter.estimate(version(1))).as("the package").isEqualTo(30);
        assertThat(load(1, 40, () -> grow(90, 20))).isEqualTo(70);
        assertThat(meter.estimate(version(1))).isEqualTo(70);
        assertThat(meter.estimate(version(2))).isEqualTo(30);
    }

    @Test
    void itNeverCountsWithLessThanItsWeightsNorWithMoreThanTheBudgetIfTheyFit() {
        assertThat(load(1, 40, () -> grow(5, 0))).isEqualTo(40);
        assertThat(load(2, 40, () -> grow(5_000, 0))).isEqualTo(500);
        assertThat(load(3, 600, () -> grow(5_000, 0))).isEqualTo(600);
        assertThat(load(4, 0, () -> {})).as("no figure from the engine").isEqualTo(30);
    }

    @Test
    void anOddFigureDoesNotStayForGood() {
        assertThat(load(1, 40, () -> grow(440, 0))).isEqualTo(440);
        assertThat(load(1, 40, () -> grow(40, 0))).isEqualTo(240);
        assertThat(load(1, 40, () -> grow(40, 0))).isEqualTo(140);
        assertThat(load(1, 40, () -> grow(40, 0))).isEqualTo(90);
        assertThat(load(1, 40, () -> grow(400, 0))).as("not odd any more").isEqualTo(90);
    }

    @Test
    void aCollectedHeapAndAFreedVersionAndAnUnknownPlatformLeaveTheWeights() {
        assertThat(load(1, 40, () -> now = Optional.of(new ProcessMemory.Sample(9_000, 0, 1))))
                .isEqualTo(40);
        assertThat(load(2, 40, () -> {
                    grow(90, 0);
                    meter.freed();
                }))
                .isEqualTo(40);
        assertThat(meter.estimate(version(2))).as("not taken for a measurement").isEqualTo(30);
        now = Optional.empty();
        assertThat(load(3, 40, () -> {})).isEqualTo(40);
    }

    @Test
    void anEngineThatKnowsExactlyIsBelieved() {
        long bytes = meter.load(version(1), () -> {
                    grow(90, 0);
                    return loaded(new Model(7, true));
                })
                .bytes();
        assertThat(bytes).isEqualTo(7);
        assertThat(meter.estimate(version(1))).isEqualTo(7);
    }

    @Test
    void withoutABudgetNothingIsMeasured() {
        LoadMeter off = new LoadMeter(MemoryBudget.of(OptionalLong.empty()), () -> {
            throw new AssertionError("nobody looks");
        });
        assertThat(off.load(version(1), () -> loaded(new Model(40, false))).bytes())
                .isEqualTo(40);
    }

    @Test
    void aFirstLoadIsAloneAndLaterOnesAreBesideOthers() throws Exception {
        load(1, 40, () -> grow(50, 0));
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean inside = new AtomicBoolean();
        CompletableFuture<Long> reload = CompletableFuture.supplyAsync(() -> load(1, 40, () -> {
            inside.set(true);
            loading.countDown();
            ModelServiceTest.awaitUninterruptibly(goOn);
            inside.set(false);
        }));
        assertThat(loading.await(30, TimeUnit.SECONDS)).isTrue();

        load(1, 40, () -> grow(400, 0));
        AtomicBoolean besideIt = new AtomicBoolean();
        CompletableFuture<Long> first =
                CompletableFuture.supplyAsync(() -> load(2, 40, () -> besideIt.set(inside.get())));
        assertThat(first).isNotDone();
        goOn.countDown();

        assertThat(reload.get(30, TimeUnit.SECONDS))
                .as("not charged with the other")
                .isEqualTo(50);
        assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(40);
        assertThat(besideIt).as("a first load began beside another").isFalse();
        assertThat(meter.estimate(version(1))).isEqualTo(50);
    }

    @Test
    void aLoadThatFailsLetsTheNextOnesThrough() {
        IllegalStateException failure = new IllegalStateException("no model");
        assertThatThrownBy(() -> meter.load(version(1), () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(load(1, 40, () -> grow(70, 0))).isEqualTo(70);
    }

    @Test
    void theProcessTellsItsMemoryWhereThePlatformDoes() {
        ProcessMemory memory = new ProcessMemory();
        boolean linux = System.getProperty("os.name").equals("Linux");
        assertThat(memory.get().isPresent()).isEqualTo(linux);
        memory.get().ifPresent(sample -> assertThat(sample.resident()).isGreaterThan(1 << 20));
    }
}
