package dev.maas.benchmarks;

import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.Predictor;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceHealth;
import dev.maas.serving.ServiceOptions;
import dev.maas.testmodels.OnnxModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Calls models that take four times the memory budget together, the popular ones more often than the others by Zipf's law, and looks
 * whether the budget holds: no call may fail, and what counts may never exceed it.
 */
final class BudgetReport {
    private static final int MODELS = 40;
    private static final int TIMES = 4;
    private static final int INPUTS = 256;
    private static final int CALLERS = 4;
    private static final Duration TIME = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = 5_000_000;

    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder overBudget = new LongAdder();
    private long highestResident;

    void run() throws Exception {
        // On disk, as in production: the runtime reads its files itself.
        Path folder = Files.createTempDirectory("maas-budget");
        try (ModelRegistry registry = Registries.open(folder.toString())) {
            long packages = 0;
            for (int model = 0; model < MODELS; model++) {
                // Three sizes, so that size counts, not popularity alone.
                byte[] bytes = OnnxModels.mlp(INPUTS, 512 << (model % 3), 256, 10);
                packages += bytes.length;
                registry.publish(ModelPackage.of(bytes).name("m" + model).description("number " + model));
            }
            long all = bytesOfAll(registry);
            measure(registry, all, packages);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What all models take together, measured one by one. */
    private static long bytesOfAll(ModelRegistry registry) {
        ServiceOptions roomy = ServiceOptions.defaults().memoryBudget(1L << 40);
        try (ModelService service = ModelService.of(registry, roomy)) {
            for (int model = 0; model < MODELS; model++) {
                service.load("m" + model);
            }
            return service.health().memory().loadedBytes();
        }
    }

    private void measure(ModelRegistry registry, long all, long packages) throws Exception {
        long before = resident();
        try (ModelService service =
                ModelService.of(registry, ServiceOptions.defaults().memoryBudget(all / TIMES))) {
            List<Predictor<float[], float[]>> predictors = new ArrayList<>();
            for (int model = 0; model < MODELS; model++) {
                predictors.add(service.predictor("m" + model, float[].class, float[].class));
            }
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> probe = CompletableFuture.runAsync(() -> look(service, done));
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                SplittableRandom random = new SplittableRandom(caller);
                callers.add(CompletableFuture.runAsync(
                        () -> call(predictors, random, done), task -> new Thread(task).start()));
            }
            Thread.sleep(TIME.toMillis());
            done.set(true);
            callers.forEach(CompletableFuture::join);
            probe.join();
            print(service.health(), all, packages, before);
        }
    }

    private void call(List<Predictor<float[], float[]>> predictors, SplittableRandom random, AtomicBoolean done) {
        double[] upTo = zipf();
        float[] row = new float[INPUTS];
        while (!done.get()) {
            int place = Arrays.binarySearch(upTo, random.nextDouble() * upTo[MODELS - 1]);
            // Popularity has nothing to do with size: 7 and the number of models have no common factor.
            int model = 7 * Math.min(MODELS - 1, place < 0 ? -place - 1 : place) % MODELS;
            try {
                predictors.get(model).predict(row);
            } catch (RuntimeException e) {
                failures.increment();
            }
            calls.increment();
            // As many calls as come from elsewhere, not as many as the machine can do.
            LockSupport.parkNanos(200_000);
        }
    }

    /** The sums of the shares 1, 1/2, 1/3 and so on. */
    private static double[] zipf() {
        double[] upTo = new double[MODELS];
        double sum = 0;
        for (int rank = 0; rank < MODELS; rank++) {
            sum += 1.0 / (rank + 1);
            upTo[rank] = sum;
        }
        return upTo;
    }

    private void look(ModelService service, AtomicBoolean done) {
        while (!done.get()) {
            ServiceHealth.Memory memory = service.health().memory();
            if (memory.loadedBytes() > memory.budgetBytes().orElseThrow()) {
                overBudget.increment();
            }
            highestResident = Math.max(highestResident, resident());
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** The memory that the process has to itself, in bytes, as Linux tells it; 0 elsewhere. */
    private static long resident() {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new IllegalStateException("The process's memory cannot be read", e);
        }
    }

    private void print(ServiceHealth health, long all, long packages, long before) {
        ServiceHealth.Memory memory = health.memory();
        long loaded = health.models().stream()
                .filter(model -> model.state() == ServiceHealth.State.READY)
                .count();
        // A version was loaded once for each time that it went, and those that are there now once more.
        double hits = 1 - (double) (memory.evictions() + loaded) / calls.sum();
        long budget = memory.budgetBytes().orElseThrow();
        Figures.title(
                "%d models of %.0f MB in memory (%.0f MB of files) within a budget of %.0f MB, called by Zipf's law for %d s",
                MODELS, all / 1e6, packages / 1e6, budget / 1e6, TIME.toSeconds());
        Figures.row(
                "%d calls, %d failed; %.2f %% found their model in memory", calls.sum(), failures.sum(), 100 * hits);
        Figures.row("%d evictions; %d models in memory at the end", memory.evictions(), loaded);
        Figures.row(
                "highest count %.1f MB, %.3f of the budget; looked over it %d times",
                memory.highestBytes() / 1e6, (double) memory.highestBytes() / budget, overBudget.sum());
        Figures.row(
                "the process had %.0f MB at first and %.0f MB at its highest, the Java heap in both",
                before / 1e6, highestResident / 1e6);
        Figures.print("budget.calls", (double) calls.sum(), "count");
        Figures.print("budget.failures", (double) failures.sum(), "count");
        Figures.print("budget.hits", hits, "x");
        Figures.print("budget.evictions", (double) memory.evictions(), "count");
        Figures.print("budget.limit", (double) budget, "bytes");
        Figures.print("budget.highest", (double) memory.highestBytes(), "bytes");
        Figures.print("budget.highest.ratio", (double) memory.highestBytes() / budget, "x");
        Figures.print("budget.models.ratio", (double) all / budget, "x");
        Figures.print("budget.rss.before", (double) before, "bytes");
        Figures.print("budget.rss.highest", (double) highestResident, "bytes");
    }
}
