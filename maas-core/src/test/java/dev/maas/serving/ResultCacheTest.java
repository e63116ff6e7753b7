package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.CallOptions;
import dev.maas.CancelledException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.batching.Deadlines;
import dev.maas.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ResultCacheTest {
    private static final CallOptions PATIENT = CallOptions.none();
    private static final CallOptions HURRIED = CallOptions.timeout(Duration.ofMillis(30));

    private final Deadlines deadlines = new Deadlines();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ResultCache cache = cache(1 << 20);
    private final ResultKey key = key(1);

    private ResultCache cache(long bytes) {
        return new ResultCache(new ResultCacheOptions(bytes, Duration.ofHours(1)), deadlines);
    }

    private static ResultKey key(float value) {
        return ResultKey.of("version", List.of(Tensor.of(new float[] {value})));
    }

    private static List<Object> result(float value) {
        return List.of(Tensor.of(new float[] {value}));
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        deadlines.close();
    }

    @Test
    void theSameInputRunsOnce() {
        AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            assertThat(cache.get(key, PATIENT, options -> {
                        runs.incrementAndGet();
                        return result(2);
                    }))
                    .isEqualTo(result(2));
        }
        assertThat(cache.get(key(7), PATIENT, options -> result(14))).isEqualTo(result(14));

        assertThat(runs).hasValue(1);
        assertThat(cache.statistics().hits()).isEqualTo(2);
        assertThat(cache.statistics().misses()).isEqualTo(2);
        assertThat(cache.statistics().entries()).isEqualTo(2);
        assertThat(cache.statistics().bytes()).isPositive();
    }

    @Test
    void callsWithOneInputAtTheSameTimeRunOnceTogether() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        for (int round = 0; round < 200; round++) {
            ResultKey fresh = key(round + 100);
            CyclicBarrier start = new CyclicBarrier(4);
            List<Future<List<Object>>> calls = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                boolean waits = caller % 2 == 0;
                calls.add(threads.submit(() -> {
                    start.await();
                    return waits
                            ? cache.get(fresh, PATIENT, options -> result(runs.incrementAndGet()))
                            : cache.start(
                                            fresh,
                                            PATIENT,
                                            options -> CompletableFuture.supplyAsync(
                                                    () -> result(runs.incrementAndGet()), threads))
                                    .get();
                }));
            }
            for (Future<List<Object>> call : calls) {
                assertThat(call.get()).isEqualTo(result(round + 1));
            }
        }
        assertThat(runs).hasValue(200);
    }

    @Test
    void aFailureIsEverybodysAndIsNotKept() {
        CompletableFuture<List<Object>> run = new CompletableFuture<>();
        CompletableFuture<List<Object>> first = cache.start(key, PATIENT, options -> run);
        CompletableFuture<List<Object>> second =
                cache.start(key, PATIENT, options -> result(new CompletableFuture<>()));

        run.completeExceptionally(new EngineException("out of memory"));

        assertThatThrownBy(first::join).hasRootCauseMessage("out of memory");
        assertThatThrownBy(second::join).hasRootCauseMessage("out of memory");
        assertThat(cache.get(key, PATIENT, options -> result(3))).isEqualTo(result(3));
    }

    private static CompletableFuture<List<Object>> result(CompletableFuture<List<Object>> unexpected) {
        unexpected.completeExceptionally(new AssertionError("two runs at once"));
        return unexpected;
    }

    @Test
    void aFailureInTheCallersThreadIsThrownAsItIsAndNotKept() {
        assertThatThrownBy(() -> cache.get(key, PATIENT, options -> {
                    throw new EngineException("broken");
                }))
                .isInstanceOf(EngineException.class)
                .hasMessage("broken");
        assertThatThrownBy(() -> cache.start(key, PATIENT, options -> {
                    throw new EngineException("refused");
                }))
                .isInstanceOf(EngineException.class);
        assertThat(cache.get(key, PATIENT, options -> result(3))).isEqualTo(result(3));
    }

    @Test
    void whoWaitsRunsWhenTheOneThatRanWasCancelled() {
        CompletableFuture<List<Object>> run = new CompletableFuture<>();
        CompletableFuture<List<Object>> first = cache.start(key, PATIENT, options -> run);
        CompletableFuture<List<Object>> second =
                cache.start(key, PATIENT, options -> CompletableFuture.completedFuture(result(5)));
        assertThat(second).isNotDone();

        first.cancel(true);

        assertThat(second.join()).isEqualTo(result(5));
        assertThat(cache.get(key, PATIENT, options -> result(6))).isEqualTo(result(5));
    }

    @Test
    void aThreadThatWaitsRunsWhenTheDeadlineOfAnotherPassed() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Future<List<Object>> first = threads.submit(() -> cache.get(key, PATIENT, options -> {
            running.countDown();
            awaitQuietly(goOn);
            throw new DeadlineExceededException("too late");
        }));
        running.await();
        Future<List<Object>> second = threads.submit(() -> cache.get(key, PATIENT, options -> result(8)));
        goOn.countDown();

        assertThatThrownBy(first::get).hasCauseInstanceOf(DeadlineExceededException.class);
        assertThat(second.get()).isEqualTo(result(8));
    }

    @Test
    void whoWaitsKeepsToItsOwnDeadline() {
        CompletableFuture<List<Object>> run = new CompletableFuture<>();
        CompletableFuture<List<Object>> first = cache.start(key, PATIENT, options -> run);

        CompletableFuture<List<Object>> hurried = cache.start(key, HURRIED, options -> run);
        assertThatThrownBy(hurried::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(DeadlineExceededException.class);
        assertThatThrownBy(() -> cache.get(key, HURRIED, options -> result(0)))
                .isInstanceOf(DeadlineExceededException.class);

        run.complete(result(4));
        assertThat(first.join()).isEqualTo(result(4));
    }

    @Test
    void whoRunsAfterAWaitGetsTheTimeThatIsLeft() {
        CompletableFuture<List<Object>> run = new CompletableFuture<>();
        CompletableFuture<List<Object>> first = cache.start(key, PATIENT, options -> run);
        CallOptions minute = CallOptions.timeout(Duration.ofMinutes(1));
        List<CallOptions> seen = new ArrayList<>();
        CompletableFuture<List<Object>> second = cache.start(key, minute, options -> {
            seen.add(options);
            return CompletableFuture.completedFuture(result(1));
        });
        first.cancel(true);

        assertThat(second.join()).isEqualTo(result(1));
        assertThat(seen)
                .singleElement()
                .satisfies(
                        options -> assertThat(options.timeout().orElseThrow()).isLessThan(Duration.ofMinutes(1)));
    }

    @Test
    void whoWaitsCanBeCancelledAndInterrupted() throws Exception {
        CompletableFuture<List<Object>> run = new CompletableFuture<>();
        CompletableFuture<List<Object>> first = cache.start(key, PATIENT, options -> run);
        CompletableFuture<List<Object>> second = cache.start(key, PATIENT, options -> run);
        second.cancel(true);
        assertThatThrownBy(second::join).isInstanceOf(CancellationException.class);

        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                cache.get(key, PATIENT, options -> result(0));
            } catch (RuntimeException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("not interrupted"));
            }
        });
        waiting.start();
        Awaitility.await().until(() -> waiting.getState() == Thread.State.WAITING);
        waiting.interrupt();
        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);

        run.complete(result(9));
        assertThat(first.join()).isEqualTo(result(9));
    }

    @Test
    void cancellingWhoRanAfterAWaitStopsItsRun() {
        CompletableFuture<List<Object>> run = new CompletableFuture<>();
        CompletableFuture<List<Object>> first = cache.start(key, PATIENT, options -> run);
        CompletableFuture<List<Object>> own = new CompletableFuture<>();
        CompletableFuture<List<Object>> second = cache.start(key, PATIENT, options -> own);
        first.cancel(true);
        second.cancel(true);
        assertThat(own).isCancelled();
    }

    @Test
    void resultsTakeNoMoreRoomThanGiven() {
        ResultCache small = cache(20_000);
        for (int i = 0; i < 1000; i++) {
            small.get(key(i), PATIENT, options -> List.of(Tensor.of(new float[250])));
        }
        assertThat(small.statistics().bytes()).isBetween(1000L, 20_000L);
        assertThat(small.statistics().entries()).isBetween(1L, 20L);
        assertThat(small.statistics().evictions()).isGreaterThan(900);
    }

    @Test
    void oldResultsAreNotGivenAgain() {
        ResultCache brief = new ResultCache(new ResultCacheOptions(1 << 20, Duration.ofMillis(20)), deadlines);
        AtomicInteger runs = new AtomicInteger();
        Awaitility.await().until(() -> {
            brief.get(key, PATIENT, options -> result(runs.incrementAndGet()));
            return runs.get() > 1;
        });
    }

    @Test
    void inputsThatDifferInVersionTypeShapeOrCutHaveOtherKeys() {
        List<ResultKey> keys = List.of(
                ResultKey.of("v1", List.of(Tensor.of(new int[] {1, 0}))),
                ResultKey.of("v2", List.of(Tensor.of(new int[] {1, 0}))),
                ResultKey.of("v1", List.of(Tensor.of(new int[] {1, 0}, 2, 1))),
                ResultKey.of("v1", List.of(Tensor.of(new int[] {1, 0}, 1, 2))),
                ResultKey.of("v1", List.of(Tensor.of(new long[] {1}))),
                ResultKey.of("v1", List.of(Tensor.of(new int[] {1}), Tensor.of(new int[] {0}))),
                ResultKey.of("v1", List.of(Tensor.of(new String[] {"ab", "c"}))),
                ResultKey.of("v1", List.of(Tensor.of(new String[] {"a", "bc"}))),
                ResultKey.of("v1", List.of(Tensor.of(new String[] {"abc", ""}))));
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(ResultKey.of("v1", List.of(Tensor.of(new int[] {1, 0})))).isEqualTo(keys.get(0));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
