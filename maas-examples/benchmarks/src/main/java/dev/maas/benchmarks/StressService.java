package dev.maas.benchmarks;

import dev.maas.AliasUpdate;
import dev.maas.ClosedException;
import dev.maas.Model;
import dev.maas.ModelRegistry;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.serving.ModelOptions;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceHealth;
import dev.maas.serving.ServiceOptions;
import dev.maas.testengine.CountingEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One service of a stress, from its beginning to its end, which comes in the midst of calls. */
final class StressService {
    private static final int CALLERS = 8;
    /** Two sessions of a version's weights, with something around them. */
    private static final long VERSION_BYTES = 2L * Float.BYTES * StressCaller.TABLE + 4_096;

    private static final long LONGEST_PAUSE_NANOS = 5_000_000;

    private final ModelRegistry registry;
    private final CountingEngine engine;
    private final StressLedger ledger;
    private final Random random;
    private final ModelService service;
    private final boolean scarce;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<StressCaller> callers = new ConcurrentLinkedQueue<>();
    private volatile boolean closing;

    StressService(ModelRegistry registry, CountingEngine engine, StressLedger ledger, Random random) {
        this.registry = registry;
        this.engine = engine;
        this.ledger = ledger;
        this.random = random;
        this.scarce = random.nextBoolean();
        this.service = ModelService.of(registry, options());
    }

    private ServiceOptions options() {
        ModelOptions models = ModelOptions.defaults()
                .slots(1 + random.nextInt(3))
                .maxBatch(random.nextInt(4) == 0 ? 1 : 64)
                .queueCapacity(20 + random.nextInt(500))
                .maxQueueTime(Duration.ofMillis(20 + random.nextInt(300)))
                .trimAfter(Duration.ofMillis(5 + random.nextInt(200)));
        ServiceOptions options = ServiceOptions.defaults()
                .engines(List.of(engine))
                .models(models)
                .pollInterval(Duration.ofMillis(50));
        if (!scarce) {
            return options;
        }
        ledger.budgets.increment();
        // Three versions or more are wanted at any time, and a swap wants one more.
        return options.memoryBudget(VERSION_BYTES * (2 + random.nextInt(4)));
    }

    /** Runs it, and waits until nothing is left of it. */
    void run() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(2_500));
        for (int i = 0; i < CALLERS; i++) {
            addCaller(i);
        }
        Random moves = new Random(random.nextLong());
        Thread mover = new Thread(() -> moveUntilClosed(moves), "stress-mover");
        threads.add(mover);
        threads.forEach(Thread::start);
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        closing = true;
        callers.forEach(StressCaller::expectClose);
        service.close();
        for (Thread thread : threads) {
            thread.join(StressReport.SETTLING.toMillis());
            if (thread.isAlive()) {
                throw new IllegalStateException("A caller hangs: " + List.of(thread.getStackTrace()));
            }
        }
        ledger.awaitAllSettled(StressReport.SETTLING);
        requireNothingLeft();
        lookAtBudget();
        ledger.evictions.add(service.health().memory().evictions());
    }

    private void addCaller(int number) {
        List<String> names = StressReport.NAMES;
        boolean numbered = number % 4 == 3;
        String ref = names.get(number % names.size()) + (numbered ? ":2" : "@live");
        Predictor<long[], float[]> predictor = service.predictor(ref, long[].class, float[].class);
        StressCaller caller = new StressCaller(predictor, ledger, new Random(random.nextLong()));
        if (numbered) {
            caller.expectVersion(2);
        }
        if (scarce) {
            caller.pauseUpTo(LONGEST_PAUSE_NANOS);
        }
        callers.add(caller);
        threads.add(new Thread(caller::callUntilClosed, "stress-caller-" + number));
    }

    private void requireNothingLeft() {
        // A load that was under way when the service closed ends on its own, and takes the engine with it.
        long patience = System.nanoTime() + StressReport.SETTLING.toNanos();
        while (engine.engines.get() != 0 && System.nanoTime() - patience < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        ledger.require(engine.models.get() == 0, "models after their service was closed: " + engine.models);
        ledger.require(engine.frames.get() == 0, "frames after their service was closed: " + engine.frames);
        ledger.require(engine.engines.get() == 0, "engines after their service was closed: " + engine.engines);
        ledger.require(engine.bytes.get() == 0, "bytes of models after their service was closed: " + engine.bytes);
    }

    private void moveUntilClosed(Random moves) {
        while (!closing) {
            String name = StressReport.NAMES.get(moves.nextInt(StressReport.NAMES.size()));
            try {
                move(name, moves);
            } catch (OverloadedException e) {
                // There was no room in the memory budget.
                ledger.require(scarce, "without a budget there was no room: " + e);
                ledger.fails(e);
            } catch (ClosedException e) {
                ledger.require(closing, "a service that is open said: " + e);
            }
            lookAtBudget();
            LockSupport.parkNanos(moves.nextInt(20_000_000));
        }
    }

    private void move(String name, Random moves) {
        switch (moves.nextInt(4)) {
            case 0 -> hold(name, moves);
            case 1 -> service.refresh();
            default -> {
                registry.alias(AliasUpdate.of(name, "live", 1 + moves.nextInt(StressReport.VERSIONS)));
                ledger.moves.increment();
            }
        }
    }

    /** Takes a version into use for some calls; closing it may leave it the one version that is kept, or push another out. */
    private void hold(String name, Random moves) {
        int version = 1 + moves.nextInt(StressReport.VERSIONS);
        try (Model model = service.model(name + ":" + version)) {
            Predictor<long[], float[]> predictor = model.predictor(long[].class, float[].class);
            StressCaller caller = new StressCaller(predictor, ledger, moves);
            caller.expectVersion(version);
            callers.add(caller);
            if (closing) {
                caller.expectClose();
            }
            caller.call(1 + moves.nextInt(20));
            // The rest of what it started is answered after the model is closed, or says that it is.
            caller.expectClose();
        }
        ledger.closes.increment();
    }

    private void lookAtBudget() {
        ServiceHealth.Memory memory = service.health().memory();
        memory.budgetBytes().ifPresent(budget -> {
            ledger.require(
                    memory.highestBytes() <= budget, memory.highestBytes() + " bytes counted of a budget of " + budget);
            ledger.require(
                    engine.bytes.get() <= budget,
                    engine.bytes + " bytes of weights were loaded in a budget of " + budget);
        });
    }
}
