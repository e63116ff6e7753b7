package dev.maas.benchmarks;

import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.engine.EngineProvider;
import dev.maas.registry.Registries;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testengine.CountingEngine;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxType;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers of every kind at once, with bad rows, deadlines, cancels and interrupts, while aliases move, versions come and go, those that
 * a memory budget has no room for are evicted, and services are closed and made anew. Every call must be answered once, by one version
 * and rightly, or fail for a reason that there is; no budget may be exceeded; and nothing may be left over.
 */
final class StressReport {
    static final int VERSIONS = 4;
    static final List<String> NAMES = List.of("a", "b");
    static final Duration SETTLING = Duration.ofSeconds(30);
    private static final int LOOKS = 40;

    /** How much more native memory may be in use at the end than can be explained; one call in a hundred that leaves 100 bytes exceeds it. */
    private static final long NOISE_BYTES = 6 << 20;

    private final Duration time;
    private final long seed;
    private final CountingEngine engine = new CountingEngine(onnx());
    private final ErrorTexts texts = new ErrorTexts();
    private final StressLedger ledger = new StressLedger();
    private final MemoryLooks memory = new MemoryLooks(texts);
    private int services;

    StressReport(Duration time, long seed) {
        this.time = time;
        this.seed = seed;
        engine.afterFailure(texts::add);
    }

    static EngineProvider onnx() {
        return ServiceLoader.load(EngineProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.formats().contains("onnx"))
                .max(Comparator.comparingInt(EngineProvider::preference))
                .orElseThrow();
    }

    void run() throws Exception {
        System.out.println("stress: " + time.toSeconds() + " s, seed " + seed);
        Random random = new Random(seed);
        long begin = System.nanoTime();
        long nextLook = begin;
        try (ModelRegistry registry = Registries.open("memory:/")) {
            publish(registry);
            while (System.nanoTime() - begin < time.toNanos()) {
                services++;
                new StressService(registry, engine, ledger, random).run();
                if (System.nanoTime() - nextLook >= 0) {
                    memory.look();
                    nextLook += time.toNanos() / LOOKS;
                }
            }
        }
        boolean threadsGone = awaitNoThread();
        memory.look();
        print(threadsGone);
    }

    /** A model that looks its numbers up in a table: version v gives 1000 v + x for x below 1000, and fails if x is not in the table. */
    private static byte[] table(int version) {
        float[] numbers = new float[StressCaller.TABLE];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 1_000 * version + i % 1_000;
        }
        String rows = "[batch, " + StressCaller.WIDTH + "]";
        return new OnnxGraph("table")
                .input("x", OnnxType.tensor(ElementType.INT64, rows))
                .weight("numbers", Tensor.of(numbers))
                .node("Gather", List.of("numbers", "x"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, rows))
                .toModel();
    }

    static void publish(ModelRegistry registry) {
        for (String name : NAMES) {
            for (int version = 1; version <= VERSIONS; version++) {
                ModelPackage model = ModelPackage.of(table(version)).name(name).description("version " + version);
                registry.publish(version == 1 ? model.alias("live") : model);
            }
        }
    }

    private static boolean awaitNoThread() {
        long end = System.nanoTime() + SETTLING.toNanos();
        while (System.nanoTime() - end < 0) {
            if (Thread.getAllStackTraces().keySet().stream().noneMatch(StressReport::isOurs)) {
                return true;
            }
            LockSupport.parkNanos(10_000_000);
        }
        return false;
    }

    private static boolean isOurs(Thread thread) {
        return thread.getName().startsWith("maas-") || thread.getName().startsWith("stress-");
    }

    private void print(boolean threadsGone) {
        ledger.require(threadsGone, "threads are left over");
        engine.wrong.forEach(ledger::wrong);
        Figures.title(
                "%d s of stress: %d services, %d of them with a memory budget; %d alias moves, %d models closed, %d evicted, %d loads, %d runs",
                time.toSeconds(),
                services,
                ledger.budgets.sum(),
                ledger.moves.sum(),
                ledger.closes.sum(),
                ledger.evictions.sum(),
                engine.loads.sum(),
                engine.runs.sum());
        ledger.print();
        memory.print("stress", 0);
        memory.unexplained()
                .ifPresent(bytes -> ledger.require(
                        bytes <= NOISE_BYTES, bytes + " more bytes of native memory are in use than can be explained"));
        Figures.print("stress.services", services, "count");
        Figures.print("stress.loads", engine.loads.sum(), "count");
        Figures.print("stress.runs", engine.runs.sum(), "count");
        Figures.print("stress.trims", engine.trims.get(), "count");
        Figures.print("stress.threads.left", threadsGone ? 0 : 1, "count");
        Figures.print("stress.wrong", ledger.wrongCount(), "count");
        if (ledger.wrongCount() > 0) {
            throw new IllegalStateException("The stress found what must not be; see above");
        }
    }
}
