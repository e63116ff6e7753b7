package dev.maas.serving;

import dev.maas.InvalidInputException;
import dev.maas.batching.RunnerOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of a model are served. Everything has a default that suits most models.
 *
 * <p>Immutable and safe for use by any thread; each method returns options with one thing changed and names a bad value at once.
 */
public final class ModelOptions {
    private static final ModelOptions DEFAULTS = new ModelOptions(
            RunnerOptions.forProcessors(Runtime.getRuntime().availableProcessors()),
            null,
            true,
            true,
            null,
            false,
            Duration.ofMinutes(1));

    private final RunnerOptions runner;
    private final @Nullable Duration timeout;
    private final boolean warmUp;
    private final boolean goldenTests;
    private final @Nullable ResultCacheOptions resultCache;
    private final boolean pinned;
    private final Duration trimAfter;

    private ModelOptions(
            RunnerOptions runner,
            @Nullable Duration timeout,
            boolean warmUp,
            boolean goldenTests,
            @Nullable ResultCacheOptions resultCache,
            boolean pinned,
            Duration trimAfter) {
        this.runner = runner;
        this.timeout = timeout;
        this.warmUp = warmUp;
        this.goldenTests = goldenTests;
        this.resultCache = resultCache;
        this.pinned = pinned;
        this.trimAfter = trimAfter;
    }

    /** Returns the defaults for this machine. */
    public static ModelOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with that many runs at the same time, at most; by default as many as there are processors. */
    public ModelOptions slots(int slots) {
        return with(new RunnerOptions(
                slots, runner.maxBatch(), runner.maxDelay(), runner.queueCapacity(), runner.maxQueueTime()));
    }

    /** Returns these options with that many rows in a run, at most; 1 turns batching off. */
    public ModelOptions maxBatch(int rows) {
        return with(new RunnerOptions(
                runner.slots(), rows, runner.maxDelay(), runner.queueCapacity(), runner.maxQueueTime()));
    }

    /** Returns these options with a time that a call may wait for company even if the model is idle; by default none. */
    public ModelOptions maxDelay(Duration delay) {
        return with(new RunnerOptions(
                runner.slots(), runner.maxBatch(), delay, runner.queueCapacity(), runner.maxQueueTime()));
    }

    /** Returns these options with room for that many waiting rows; more are refused. */
    public ModelOptions queueCapacity(int rows) {
        return with(
                new RunnerOptions(runner.slots(), runner.maxBatch(), runner.maxDelay(), rows, runner.maxQueueTime()));
    }

    /** Returns these options with a bound on the time that a call may be expected to wait; one that would wait longer is refused. */
    public ModelOptions maxQueueTime(Duration time) {
        return with(
                new RunnerOptions(runner.slots(), runner.maxBatch(), runner.maxDelay(), runner.queueCapacity(), time));
    }

    private ModelOptions with(RunnerOptions newRunner) {
        return new ModelOptions(newRunner, timeout, warmUp, goldenTests, resultCache, pinned, trimAfter);
    }

    /** Returns these options with a deadline for calls that bring none. */
    public ModelOptions timeout(Duration newTimeout) {
        if (newTimeout.isZero() || newTimeout.isNegative()) {
            throw new InvalidInputException("A timeout is longer than zero; got " + newTimeout);
        }
        return new ModelOptions(
                runner, Objects.requireNonNull(newTimeout), warmUp, goldenTests, resultCache, pinned, trimAfter);
    }

    /** Returns these options with or without runs before the first call; by default with. */
    public ModelOptions warmUp(boolean enabled) {
        return new ModelOptions(runner, timeout, enabled, goldenTests, resultCache, pinned, trimAfter);
    }

    /** Returns these options with or without the check of a package's golden data when it is loaded; by default with. */
    public ModelOptions goldenTests(boolean enabled) {
        return new ModelOptions(runner, timeout, warmUp, enabled, resultCache, pinned, trimAfter);
    }

    /**
     * Returns these options with results that are kept and given again to calls with the same input, typed or by a translator; by
     * default none are. Only for models that give the same output for the same input. Results are told apart by the version's digest
     * and that of the input tensors, so that no call gets what another version gave; calls with one input at the same time run once.
     *
     * @param maxBytes the heap that the results of all versions of the model may take, as estimated
     * @param maxAge how long a result may be given again
     * @throws InvalidInputException if one of them is zero or negative
     */
    public ModelOptions cacheResults(long maxBytes, Duration maxAge) {
        return new ModelOptions(
                runner, timeout, warmUp, goldenTests, new ResultCacheOptions(maxBytes, maxAge), pinned, trimAfter);
    }

    /**
     * Returns these options with or without a place in memory for good, once a version was loaded: it is never freed to make room in a
     * {@linkplain ServiceOptions#memoryBudget memory budget} while it serves a reference. By default without.
     */
    public ModelOptions pinned(boolean enabled) {
        return new ModelOptions(runner, timeout, warmUp, goldenTests, resultCache, enabled, trimAfter);
    }

    /**
     * Returns these options with a time without runs after which a model that stays loaded gives back the memory that its engine keeps
     * between runs; by default a minute. It does so within twice that time; the next calls take a little longer, as they ask for it anew.
     * Zero lets it keep the memory.
     *
     * @throws InvalidInputException if it is negative or longer than a day
     */
    public ModelOptions trimAfter(Duration idle) {
        if (idle.isNegative() || idle.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidInputException("trimAfter is zero to a day; got " + idle);
        }
        return new ModelOptions(runner, timeout, warmUp, goldenTests, resultCache, pinned, idle);
    }

    boolean pinned() {
        return pinned;
    }

    Duration trimAfter() {
        return trimAfter;
    }

    Optional<ResultCacheOptions> resultCache() {
        return Optional.ofNullable(resultCache);
    }

    RunnerOptions runner() {
        return runner;
    }

    Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    boolean warmUp() {
        return warmUp;
    }

    boolean goldenTests() {
        return goldenTests;
    }
}
