package dev.maas.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.CallOptions.Priority;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.MaasException;
import dev.maas.OverloadedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Callers of every kind at once, with failures, deadlines, cancels and a close in the middle. Each call is answered exactly once and
 * with its own result, and nothing is left over. The system property {@code maas.stress.seconds} makes it longer.
 */
@Timeout(1_200)
class ModelRunnerStressTest {
    private static final long SECONDS = Long.getLong("maas.stress.seconds", 1);
    private static final int THREADS = 12;
    private static final List<Priority> PRIORITIES = List.of(Priority.values());

    private final FakeModel model = new FakeModel();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();

    @ParameterizedTest(name = "{0} slots, {1} ns a run, {2} ns a row, at most {3} rows")
    @CsvSource({"1, 0, 0, 64", "2, 50000, 100, 64", "2, 50000, 100, 1", "3, 1000, 0, 7"})
    void everyCallIsAnsweredOnceWithItsOwnResult(int slots, long perRun, long perRow, int maxBatch)
            throws InterruptedException {
        model.costs(perRun, perRow);
        RunnerOptions options = new RunnerOptions(slots, maxBatch, Duration.ZERO, 200, Duration.ofSeconds(10));
        ExecutorService executor = Executors.newCachedThreadPool();
        try (Deadlines deadlines = new Deadlines()) {
            ModelRunner runner = new ModelRunner(model, options, executor, deadlines);
            List<Thread> threads = IntStream.range(0, THREADS)
                    .mapToObj(seed -> new Thread(() -> callUntilClosed(runner, new Random(seed))))
                    .toList();
            threads.forEach(Thread::start);
            TimeUnit.SECONDS.sleep(SECONDS);
            runner.close();
            for (Thread thread : threads) {
                thread.join();
            }
        }
        await().untilAsserted(
                        () -> assertThat(open).as("calls without an answer").hasValue(0));
        assertThat(wrong).isEmpty();
        assertThat(answered.get()).isPositive();
        assertThat(model.closes).hasValue(1);
        assertThat(model.framesOpen).hasValue(0);
        assertThat(model.running).hasValue(0);
        executor.shutdown();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS))
                .as("workers end")
                .isTrue();
    }

    private void callUntilClosed(ModelRunner runner, Random random) {
        List<CompletableFuture<Float>> futures = new ArrayList<>();
        boolean closed = false;
        while (!closed) {
            float a = random.nextInt(50) == 0 ? FakeModel.POISON : random.nextInt(1_000);
            CallOptions options = options(random);
            switch (random.nextInt(4)) {
                case 0 -> futures.add(start(runner, a, options));
                case 1 -> closed = callList(runner, random, options);
                default -> closed = call(runner, a, options);
            }
            if (random.nextInt(20) == 0 && !futures.isEmpty()) {
                futures.get(random.nextInt(futures.size())).cancel(true);
            }
            if (futures.size() > 50) {
                futures.forEach(future -> settle(future));
                futures.clear();
            }
        }
        futures.forEach(future -> settle(future));
    }

    private static CallOptions options(Random random) {
        CallOptions options = CallOptions.none().withPriority(PRIORITIES.get(random.nextInt(3)));
        return random.nextInt(4) == 0 ? options.withTimeout(Duration.ofNanos(1 + random.nextInt(500_000))) : options;
    }

    private boolean call(ModelRunner runner, float a, CallOptions options) {
        open.incrementAndGet();
        try {
            check(a, runner.run(FakeModel.SUM, new float[] {a, 1}, options));
            return false;
        } catch (ClosedException e) {
            return true;
        } catch (RuntimeException e) {
            checkFailure(a, options, e);
            return false;
        } finally {
            open.decrementAndGet();
        }
    }

    private boolean callList(ModelRunner runner, Random random, CallOptions options) {
        List<float[]> inputs = IntStream.range(0, random.nextInt(30))
                .mapToObj(i -> new float[] {random.nextInt(1_000), i})
                .toList();
        open.incrementAndGet();
        try {
            List<Float> outputs = runner.runAll(FakeModel.SUM, inputs, options);
            for (int i = 0; i < inputs.size(); i++) {
                if (outputs.get(i) != inputs.get(i)[0] + inputs.get(i)[1]) {
                    wrong.add("list gave " + outputs.get(i));
                }
            }
            answered.incrementAndGet();
            return false;
        } catch (ClosedException e) {
            return true;
        } catch (RuntimeException e) {
            checkFailure(0, options, e);
            return false;
        } finally {
            open.decrementAndGet();
        }
    }

    private CompletableFuture<Float> start(ModelRunner runner, float a, CallOptions options) {
        open.incrementAndGet();
        CompletableFuture<Float> future = runner.start(FakeModel.SUM, new float[] {a, 1}, options);
        AtomicInteger settled = new AtomicInteger();
        CompletableFuture<Float> unused = future.whenComplete((result, failure) -> {
            open.decrementAndGet();
            if (settled.incrementAndGet() != 1) {
                wrong.add("settled twice");
            }
            if (failure == null) {
                check(a, result);
            } else if (!(failure instanceof CancellationException)) {
                checkFailure(a, options, (RuntimeException) failure);
            }
        });
        return future;
    }

    private void settle(CompletableFuture<Float> future) {
        try {
            future.get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            wrong.add("a future without an answer");
        } catch (CancellationException | CompletionException | java.util.concurrent.ExecutionException e) {
            refused.incrementAndGet();
        } catch (InterruptedException e) {
            wrong.add("interrupted");
        }
    }

    private void check(float a, float result) {
        answered.incrementAndGet();
        if (a == FakeModel.POISON || result != a + 1) {
            wrong.add(a + " gave " + result);
        }
    }

    private void checkFailure(float a, CallOptions options, RuntimeException e) {
        boolean expected = (e instanceof EngineException && a == FakeModel.POISON)
                || (e instanceof DeadlineExceededException && options.timeout().isPresent())
                || e instanceof OverloadedException
                || e instanceof ClosedException;
        if (!expected || !(e instanceof MaasException)) {
            wrong.add(a + " failed with " + e);
        }
    }
}
