package dev.maas.testing;

import dev.maas.InvalidInputException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Holds the runs of a {@link TestModel} until the test lets them go; so a model is as slow as a test wants, and no test sleeps.
 *
 * <p>Safe for use by any thread. Only {@link #awaitRuns} blocks.
 *
 * <pre>{@code
 * try (Hold hold = model.hold()) {
 *     CompletableFuture<Float> slow = predictor.predictAsync(input);
 *     hold.awaitRuns(1);
 *     assertThat(slow).isNotDone();
 * } // Here the run goes on.
 * }</pre>
 */
public final class Hold implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private int arrived;
    private int waiting;
    private int permits;
    private boolean open;

    Hold() {}

    /** Returns how many runs are being held at this moment. */
    public int heldRuns() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until that many runs have come here since the hold began, those let go since among them.
     *
     * @throws IllegalStateException if they do not come within half a minute, or the thread is interrupted, which stays marked
     */
    public void awaitRuns(int runs) {
        long left = PATIENCE.toNanos();
        lock.lock();
        try {
            while (arrived < runs) {
                if (left <= 0) {
                    throw new IllegalStateException(
                            "Expected " + runs + " runs of the model within "
                                    + PATIENCE.toSeconds() + " seconds; got " + arrived
                                    + ". Runs that share a batch count once, and a model runs on as many threads as it has slots");
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for runs of the model", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets that many runs go on: such as are held now, or else those that come next.
     *
     * @throws InvalidInputException if the number is below 1
     */
    public void letPass(int runs) {
        if (runs < 1) {
            throw new InvalidInputException("One run or more is let pass; got " + runs);
        }
        lock.lock();
        try {
            permits += runs;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets all runs go on, those that are held and those to come. Closing again does nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            open = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the runs look whether they were stopped. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the calling run here. */
    void pass(BooleanSupplier isStopped) {
        lock.lock();
        try {
            arrived++;
            waiting++;
            changed.signalAll();
            while (!open && permits == 0 && !isStopped.getAsBoolean()) {
                // An engine's native code knows nothing of Java's interrupts either.
                changed.awaitUninterruptibly();
            }
            if (isStopped.getAsBoolean()) {
                throw new CancellationException("The run was stopped while it was held");
            }
            if (!open) {
                permits--;
            }
        } finally {
            waiting--;
            lock.unlock();
        }
    }
}
