package dev.maas.benchmarks;

import dev.maas.AliasUpdate;
import dev.maas.Model;
import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.Predictor;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelOptions;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceOptions;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers of every kind at once, with bad rows, deadlines, cancels and interrupts, while aliases move, versions come and go, and
 * services are closed and made anew. Every call must be answered once, by one version and rightly, or fail for a reason that there
 * is; and nothing may be left over.
 */
final class StressReport {
    private static final int CALLERS = 8;
    private static final int VERSIONS = 4;
    private static final List<String> NAMES = List.of("a", "b");
    private static final Duration SETTLING = Duration.ofSeconds(30);

    private final Duration time;
    private final long seed;
    private final CountingEngine engine = new CountingEngine();
    private final StressLedger ledger = new StressLedger();
    private int services;

    StressReport(Duration time, long seed) {
        this.time = time;
        this.seed = seed;
    }

    void run() throws Exception {
        System.out.println("stress: " + time.toSeconds() + " s, seed " + seed);
        Random random = new Random(seed);
        List<Long> memory = new ArrayList<>();
        long begin = System.nanoTime();
        long nextLook = begin;
        try (ModelRegistry registry = Registries.open("memory:/")) {
            publish(registry);
            while (System.nanoTime() - begin < time.toNanos()) {
                service(registry, random);
                if (System.nanoTime() - nextLook >= 0) {
                    Memory.heapBytes();
                    memory.add(Memory.anonymousBytes());
                    nextLook += time.toNanos() / 20;
                }
            }
        }
        boolean threadsGone = awaitNoThread();
        print(memory, threadsGone);
    }

    /** A model that looks its numbers up in a table: version v gives 1000 v + x for x, and fails if x is not in the table. */
    private static byte[] table(int version) {
        float[] numbers = new float[StressCaller.TABLE];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 1_000 * version + i;
        }
        String rows = "[batch, " + StressCaller.WIDTH + "]";
        return new OnnxGraph("table")
                .input("x", OnnxType.tensor(ElementType.INT64, rows))
                .weight("numbers", Tensor.of(numbers))
                .node("Gather", List.of("numbers", "x"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, rows))
                .toModel();
    }

    private static void publish(ModelRegistry registry) {
        for (String name : NAMES) {
            for (int version = 1; version <= VERSIONS; version++) {
                ModelPackage model = ModelPackage.of(table(version)).name(name).description("version " + version);
                registry.publish(version == 1 ? model.alias("live") : model);
            }
        }
    }

    /** One service from its beginning to its end, which comes in the midst of calls. */
    private void service(ModelRegistry registry, Random random) throws Exception {
        services++;
        ModelOptions models = ModelOptions.defaults()
                .slots(1 + random.nextInt(3))
                .maxBatch(random.nextInt(4) == 0 ? 1 : 64)
                .queueCapacity(20 + random.nextInt(500));
        ServiceOptions options = ServiceOptions.defaults()
                .engines(List.of(engine))
                .models(models)
                .pollInterval(Duration.ofMillis(50));
        ModelService service = ModelService.of(registry, options);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(2_500));
        List<Thread> threads = new ArrayList<>();
        List<StressCaller> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            String ref = NAMES.get(i % NAMES.size()) + (i % 4 == 3 ? ":2" : "@live");
            Predictor<long[], float[]> predictor = service.predictor(ref, long[].class, float[].class);
            StressCaller caller = new StressCaller(predictor, ledger, new Random(random.nextLong()));
            if (i % 4 == 3) {
                caller.expectVersion(2);
            }
            callers.add(caller);
            threads.add(new Thread(caller::callUntilClosed, "stress-caller-" + i));
        }
        Random moves = new Random(random.nextLong());
        Thread mover = new Thread(() -> moveUntil(registry, service, moves, end), "stress-mover");
        threads.add(mover);
        threads.forEach(Thread::start);
        mover.join();
        callers.forEach(StressCaller::expectClose);
        service.close();
        for (Thread thread : threads) {
            thread.join(SETTLING.toMillis());
            if (thread.isAlive()) {
                throw new IllegalStateException("A caller hangs: " + List.of(thread.getStackTrace()));
            }
        }
        ledger.awaitAllSettled(SETTLING);
        // A load that was under way when the service closed ends on its own, and takes the engine with it.
        long patience = System.nanoTime() + SETTLING.toNanos();
        while (engine.engines.get() != 0 && System.nanoTime() - patience < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        ledger.require(engine.models.get() == 0, "models after their service was closed: " + engine.models);
        ledger.require(engine.frames.get() == 0, "frames after their service was closed: " + engine.frames);
        ledger.require(engine.engines.get() == 0, "engines after their service was closed: " + engine.engines);
    }

    private void moveUntil(ModelRegistry registry, ModelService service, Random random, long end) {
        while (System.nanoTime() - end < 0) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            switch (random.nextInt(4)) {
                case 0 -> hold(service, name, random);
                case 1 -> service.refresh();
                default -> {
                    registry.alias(AliasUpdate.of(name, "live", 1 + random.nextInt(VERSIONS)));
                    ledger.moves.increment();
                }
            }
            LockSupport.parkNanos(random.nextInt(20_000_000));
        }
    }

    /** Takes a version into use for some calls; closing it may leave it the one version that is kept, or push another out. */
    private void hold(ModelService service, String name, Random random) {
        int version = 1 + random.nextInt(VERSIONS);
        Predictor<long[], float[]> predictor;
        try (Model model = service.model(name + ":" + version)) {
            predictor = model.predictor(long[].class, float[].class);
            StressCaller caller = new StressCaller(predictor, ledger, random);
            caller.expectVersion(version);
            caller.call(1 + random.nextInt(20));
            // The rest of what it started is answered after the model is closed, or says that it is.
            caller.expectClose();
        }
        ledger.closes.increment();
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

    private void print(List<Long> memory, boolean threadsGone) {
        ledger.require(threadsGone, "threads are left over");
        engine.wrong.forEach(ledger::wrong);
        // Allocators take a while until they have all that they will need.
        List<Long> settled = memory.subList(memory.size() / 4, memory.size());
        double growth = settled.get(settled.size() - 1) - (double) settled.get(0);
        Figures.title(
                "%d s of stress: %d services, %d alias moves, %d models closed, %d loads, %d runs",
                time.toSeconds(),
                services,
                ledger.moves.sum(),
                ledger.closes.sum(),
                engine.loads.sum(),
                engine.runs.sum());
        ledger.print();
        Figures.row(
                "native memory in MB over time: %s",
                memory.stream().map(bytes -> bytes >> 20).toList());
        Figures.print("stress.services", services, "count");
        Figures.print("stress.loads", engine.loads.sum(), "count");
        Figures.print("stress.runs", engine.runs.sum(), "count");
        Figures.print("stress.native.growth", growth, "bytes");
        Figures.print("stress.threads.left", threadsGone ? 0 : 1, "count");
        Figures.print("stress.wrong", ledger.wrongCount(), "count");
        if (ledger.wrongCount() > 0) {
            throw new IllegalStateException("The stress found what must not be; see above");
        }
    }
}
