package dev.maas.benchmarks;

import dev.maas.CallOptions;
import dev.maas.CallOptions.Priority;
import dev.maas.CancelledException;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One caller of a stress, who calls in every way there is and checks what comes. Used by one thread, but for {@link #expectClose}. */
final class StressCaller {
    /** The numbers in a row. */
    static final int WIDTH = 4;

    /** The numbers that the model knows, from 0 on; a row with another one fails. They make its weights large enough to be noticed. */
    static final int TABLE = 1 << 15;

    private static final int BAD = 2 * TABLE;
    /** The numbers that are asked for. */
    private static final int ASKED = 1_000;

    private static final int MOST_OPEN = 64;
    private static final Priority[] PRIORITIES = Priority.values();

    private final Predictor<long[], float[]> predictor;
    private final StressLedger ledger;
    private final Random random;
    private final List<CompletableFuture<float[]>> open = new ArrayList<>();
    private int version;
    private long longestPause;
    private volatile boolean closing;
    private volatile boolean closed;

    StressCaller(Predictor<long[], float[]> predictor, StressLedger ledger, Random random) {
        this.predictor = predictor;
        this.ledger = ledger;
        this.random = random;
    }

    /** Makes answers of any other version wrong. */
    void expectVersion(int only) {
        version = only;
    }

    /** Makes it pause between calls, up to so long, so that nobody calls its model for a moment and the model may be evicted. */
    void pauseUpTo(long nanos) {
        longestPause = nanos;
    }

    /** Makes it legitimate from now on that calls fail because what they call was closed. */
    void expectClose() {
        closing = true;
    }

    void callUntilClosed() {
        while (!closed) {
            call(1);
        }
    }

    void call(int times) {
        for (int i = 0; i < times && !closed; i++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> list();
                case 2, 3, 4 -> start();
                default -> one();
            }
            if (random.nextInt(10) == 0 && !open.isEmpty()) {
                open.get(random.nextInt(open.size())).cancel(true);
            }
            if (open.size() >= MOST_OPEN) {
                joinSome();
            }
            if (longestPause > 0 && random.nextInt(4) == 0) {
                joinSome();
                LockSupport.parkNanos((long) (random.nextDouble() * longestPause));
            }
        }
    }

    /** Keeps the number of calls under way bounded, so that not all of them are refused. */
    private void joinSome() {
        for (CompletableFuture<float[]> future : open) {
            // How it ends is looked at where the call was started.
            Object unused = future.handle((result, failure) -> result).join();
        }
        open.clear();
    }

    private long[] row() {
        long[] row = new long[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            row[i] = random.nextInt(ASKED);
        }
        if (random.nextInt(50) == 0) {
            row[random.nextInt(WIDTH)] = BAD;
        }
        return row;
    }

    private CallOptions options() {
        CallOptions options = CallOptions.none().withPriority(PRIORITIES[random.nextInt(PRIORITIES.length)]);
        return random.nextInt(4) == 0 ? options.withTimeout(Duration.ofNanos(1 + random.nextInt(2_000_000))) : options;
    }

    private void one() {
        long[] row = row();
        CallOptions options = options();
        boolean interrupted = random.nextInt(100) == 0;
        ledger.begins();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            check(List.of(row), List.of(predictor.predict(row, options)));
        } catch (RuntimeException e) {
            checkFailure(isBad(row), options, interrupted, false, e);
        } finally {
            ledger.ends();
            boolean unused = Thread.interrupted();
        }
    }

    private void list() {
        List<long[]> rows = new ArrayList<>();
        boolean bad = false;
        int count = random.nextInt(40);
        for (int i = 0; i < count; i++) {
            long[] row = row();
            bad |= isBad(row);
            rows.add(row);
        }
        CallOptions options = options();
        ledger.begins();
        try {
            check(rows, predictor.predictAll(rows, options));
        } catch (RuntimeException e) {
            checkFailure(bad, options, false, false, e);
        } finally {
            ledger.ends();
        }
    }

    private void start() {
        long[] row = row();
        CallOptions options = options();
        AtomicInteger outcomes = new AtomicInteger();
        boolean callsAgain = random.nextInt(20) == 0;
        ledger.begins();
        CompletableFuture<float[]> future = predictor.predictAsync(row, options);
        open.add(future);
        CompletableFuture<float[]> unused = future.whenComplete((result, failure) -> {
            ledger.require(outcomes.incrementAndGet() == 1, "a call was settled twice");
            if (failure == null) {
                check(List.of(row), List.of(result));
            } else {
                checkFailure(isBad(row), options, false, true, failure);
            }
            if (callsAgain && failure == null) {
                // In the thread that answers, which may have the slot that this needs.
                again(row);
            }
            ledger.ends();
        });
    }

    private void again(long[] row) {
        try {
            check(List.of(row), List.of(predictor.predict(row)));
        } catch (RuntimeException e) {
            checkFailure(false, CallOptions.none(), false, false, e);
        }
    }

    private static boolean isBad(long[] row) {
        for (long number : row) {
            if (number == BAD) {
                return true;
            }
        }
        return false;
    }

    /** All numbers of a call's answer are those of one version, in the order of the inputs. */
    private void check(List<long[]> rows, List<float[]> results) {
        ledger.answers.increment();
        ledger.require(rows.size() == results.size(), rows.size() + " rows gave " + results.size() + " results");
        int by = version;
        for (int i = 0; i < rows.size(); i++) {
            long[] row = rows.get(i);
            float[] result = results.get(i);
            for (int j = 0; j < WIDTH; j++) {
                int from = (int) result[j] / 1_000;
                by = by == 0 ? from : by;
                ledger.require(
                        from == by && (int) result[j] % 1_000 == row[j],
                        row[j] + " gave " + result[j] + " where version " + by + " answers");
            }
        }
    }

    private void checkFailure(
            boolean bad, CallOptions options, boolean interrupted, boolean cancellable, @Nullable Throwable failure) {
        boolean isClosed = failure instanceof ClosedException;
        boolean expected = (bad && failure instanceof EngineException)
                || (options.timeout().isPresent() && failure instanceof DeadlineExceededException)
                || failure instanceof OverloadedException
                || (interrupted && failure instanceof CancelledException)
                || (cancellable && failure instanceof CancellationException)
                || (isClosed && closing);
        if (failure != null) {
            ledger.fails(failure);
            ledger.require(expected, (bad ? "a bad row" : "a good row") + " failed with " + failure);
        }
        if (isClosed) {
            closed = true;
        }
    }
}
