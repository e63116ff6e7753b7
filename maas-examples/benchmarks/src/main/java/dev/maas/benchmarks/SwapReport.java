package dev.maas.benchmarks;

import dev.maas.AliasUpdate;
import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.Predictor;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceOptions;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Moves an alias back and forth among versions while calls go on, and looks at every answer: no call may fail, or be answered by parts of two
 * versions, or by one that was superseded before it began.
 */
final class SwapReport {
    private static final int SWAPS = 1000;
    private static final int WIDTH = 16;
    /** One more than the service keeps, so that each swap loads a model and frees another. */
    private static final int VERSIONS = 3;

    private static final double CALLS_PER_SECOND = 2000;
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    /** The number of the last swap that began, and of the last that was done; swap n is to the version n % VERSIONS + 1. */
    private final AtomicInteger begun = new AtomicInteger();

    private final AtomicInteger done = new AtomicInteger();
    /** How long each swap took, in milliseconds; the thread that swaps adds to it. */
    private final List<Double> times = new ArrayList<>();

    private final LongAdder mixed = new LongAdder();
    private final LongAdder stale = new LongAdder();

    void run() throws Exception {
        ServiceOptions options = ServiceOptions.defaults().pollInterval(Duration.ofHours(1));
        try (ModelRegistry registry = Registries.open("memory:/");
                ModelService service = ModelService.of(registry, options)) {
            for (int version = 1; version <= VERSIONS; version++) {
                ModelPackage model = ModelPackage.of(plus(version)).name("plus").description("adds " + version);
                registry.publish(version == 1 ? model.alias("live") : model);
            }
            Predictor<float[], float[]> predictor = service.predictor("plus@live", float[].class, float[].class);
            service.load("plus@live");
            OpenLoop.Target target = call -> start(predictor, call);
            // Allocators take a while until they have all that they will need.
            swap(registry, service, 2 * SWAPS);
            Figures.print("swaps.idle.time", Figures.median(times), "ms");
            measure("swaps", registry, service, target, Duration.ofSeconds(100));
            measure("swaps.hasty", registry, service, target, Duration.ofSeconds(15));
        }
    }

    private void measure(
            String figure, ModelRegistry registry, ModelService service, OpenLoop.Target target, Duration time)
            throws Exception {
        OpenLoop.Result steady = new OpenLoop(WARM_UP, time.dividedBy(2), 1).run(CALLS_PER_SECOND, target);
        times.clear();
        long before = residentBytes();
        CompletableFuture<OpenLoop.Result> load =
                CompletableFuture.supplyAsync(() -> new OpenLoop(WARM_UP, time, 2).run(CALLS_PER_SECOND, target));
        swapOver(registry, service, time);
        print(figure, time, steady, load.get(), residentBytes() - before);
    }

    /** A model that adds the number of its version to each of its inputs. */
    private static byte[] plus(int version) {
        float[] numbers = new float[WIDTH];
        Arrays.fill(numbers, version);
        OnnxType type = OnnxType.tensor(ElementType.FLOAT32, "[batch, " + WIDTH + "]");
        return new OnnxGraph("plus")
                .input("x", type)
                .weight("number", Tensor.of(numbers))
                .node("Add", List.of("x", "number"), List.of("y"))
                .output("y", type)
                .toModel();
    }

    private void start(Predictor<float[], float[]> predictor, OpenLoop.Call call) {
        int oldest = done.get();
        CompletableFuture<float[]> unused = predictor
                .predictAsync(new float[WIDTH])
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        call.failed(failure);
                        return;
                    }
                    check(result, oldest);
                    call.answered();
                });
    }

    /** An answer is right by any version that was wanted at some time between the call's beginning and now. */
    private void check(float[] result, int oldest) {
        for (float number : result) {
            if (number != result[0]) {
                mixed.increment();
                return;
            }
        }
        int newest = begun.get();
        for (int swap = oldest; swap <= newest; swap++) {
            if ((int) result[0] == version(swap)) {
                return;
            }
        }
        stale.increment();
    }

    private static int version(int swap) {
        return swap % VERSIONS + 1;
    }

    private void swap(ModelRegistry registry, ModelService service, int count) {
        for (int i = 0; i < count; i++) {
            int next = begun.incrementAndGet();
            long begin = System.nanoTime();
            registry.alias(AliasUpdate.of("plus", "live", version(next)));
            service.refresh();
            times.add((System.nanoTime() - begin) / 1e6);
            done.set(next);
        }
    }

    /** Spreads the swaps over a time. */
    private void swapOver(ModelRegistry registry, ModelService service, Duration time) {
        long start = System.nanoTime();
        for (int i = 0; i < SWAPS; i++) {
            long due = start + time.toNanos() * i / SWAPS;
            long wait;
            while ((wait = due - System.nanoTime()) > 0) {
                LockSupport.parkNanos(wait);
            }
            swap(registry, service, 1);
        }
    }

    /** The memory that the process has in use, in bytes, as Linux tells it; 0 elsewhere. */
    private static long residentBytes() throws IOException {
        System.gc();
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private void print(String figure, Duration time, OpenLoop.Result steady, OpenLoop.Result swapping, long growth) {
        double ratio = swapping.answerNanos(99) / steady.answerNanos(99);
        Figures.title(
                "%d swaps among %d versions in %d s, under %.0f calls per second",
                SWAPS, VERSIONS, time.toSeconds(), CALLS_PER_SECOND);
        Figures.row(
                "answered %d, failed 0, expired %d, refused %d, mixed %d, by a version that was superseded %d",
                swapping.answered(), swapping.expired(), swapping.refused(), mixed.sum(), stale.sum());
        Figures.row(
                "99 of 100 answered within %.0f µs, before %.0f µs: %.2f times; a swap took %.1f ms",
                swapping.answerNanos(99) / 1000, steady.answerNanos(99) / 1000, ratio, Figures.median(times));
        Figures.row("the process grew by %.1f MB", growth / 1e6);
        Figures.print(figure + ".time", Figures.median(times), "ms");
        Figures.print(figure + ".mixed", (double) mixed.sum(), "count");
        Figures.print(figure + ".stale", (double) stale.sum(), "count");
        Figures.print(figure + ".p99.ratio", ratio, "x");
        Figures.print(figure + ".rss.growth", (double) growth, "bytes");
    }
}
