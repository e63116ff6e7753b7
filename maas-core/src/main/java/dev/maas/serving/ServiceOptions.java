package dev.maas.serving;

import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import dev.maas.engine.Engines;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link ModelService} or a {@link ModelLoader} works. Everything has a default.
 *
 * <p>Immutable and safe for use by any thread; each method returns options with one thing changed and names a bad value at once.
 */
public final class ServiceOptions {
    private static final ServiceOptions DEFAULTS = new ServiceOptions(
            EngineOptions.defaults(), null, ModelOptions.defaults(), Map.of(), Duration.ofSeconds(10), 0);

    private final EngineOptions engine;
    /** Null for those that are found on the class path. */
    private final @Nullable List<EngineProvider> providers;

    private final ModelOptions models;
    private final Map<String, ModelOptions> byName;
    private final Duration pollInterval;
    /** 0 for none. */
    private final long memoryBudget;

    private ServiceOptions(
            EngineOptions engine,
            @Nullable List<EngineProvider> providers,
            ModelOptions models,
            Map<String, ModelOptions> byName,
            Duration pollInterval,
            long memoryBudget) {
        this.engine = engine;
        this.providers = providers;
        this.models = models;
        this.byName = byName;
        this.pollInterval = pollInterval;
        this.memoryBudget = memoryBudget;
    }

    /** Returns the defaults. */
    public static ServiceOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with engines that run as given. */
    public ServiceOptions engine(EngineOptions options) {
        return new ServiceOptions(
                Objects.requireNonNull(options), providers, models, byName, pollInterval, memoryBudget);
    }

    /**
     * Returns these options with these engines, and none of those on the class path; for an engine that is not to be found by everybody,
     * such as that of a test.
     *
     * @throws InvalidInputException if there is none
     */
    public ServiceOptions engines(List<? extends EngineProvider> chosen) {
        if (chosen.isEmpty()) {
            throw new InvalidInputException(
                    "A service has one engine or more; got an empty list. Leave it out for those on the class path");
        }
        return new ServiceOptions(engine, List.copyOf(chosen), models, byName, pollInterval, memoryBudget);
    }

    /** Returns these options for all models that have none of their own. */
    public ServiceOptions models(ModelOptions options) {
        return new ServiceOptions(
                engine, providers, Objects.requireNonNull(options), byName, pollInterval, memoryBudget);
    }

    /** Returns these options with others for the versions of one model. */
    public ServiceOptions model(String name, ModelOptions options) {
        Map<String, ModelOptions> more = new LinkedHashMap<>(byName);
        more.put(ModelRef.requireName(name, "model"), Objects.requireNonNull(options));
        return new ServiceOptions(
                engine, providers, models, Collections.unmodifiableMap(more), pollInterval, memoryBudget);
    }

    /**
     * Returns these options with that time between two looks at the registry for aliases that moved. A registry that can be watched
     * tells of most moves earlier.
     */
    public ServiceOptions pollInterval(Duration interval) {
        if (interval.isZero() || interval.isNegative() || interval.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidInputException("pollInterval is longer than zero and at most a day; got " + interval);
        }
        return new ServiceOptions(engine, providers, models, byName, interval, memoryBudget);
    }

    /**
     * Returns these options with a bound on the memory that a {@link ModelService}'s loaded versions take together; by default there is none.
     *
     * <p>A version counts from before its load until it was freed, with what the process was measured to grow by when it was loaded and
     * warmed up where the platform tells (Linux), and with its weights at least; what runs of many rows take on top is not in it. Where
     * there is no room for another, versions that no call uses are freed, those first that are small loss by their size, the time to load
     * them again, and how often and how recently they were called; the next call loads them again. While all are in use, a load waits as
     * long as its call may, and then fails with an {@link dev.maas.OverloadedException}. A version larger than the whole budget
     * cannot be loaded. During a swap both versions count.
     *
     * @throws InvalidInputException if it is zero or negative
     */
    public ServiceOptions memoryBudget(long bytes) {
        if (bytes < 1) {
            throw new InvalidInputException("memoryBudget is one byte or more; got " + bytes);
        }
        return new ServiceOptions(engine, providers, models, byName, pollInterval, bytes);
    }

    /** Makes the engines, none of them open yet. */
    Engines engines() {
        return providers == null ? new Engines(engine) : new Engines(providers, engine);
    }

    ModelOptions optionsOf(String name) {
        return byName.getOrDefault(name, models);
    }

    OptionalLong memoryBudget() {
        return memoryBudget == 0 ? OptionalLong.empty() : OptionalLong.of(memoryBudget);
    }

    Duration pollInterval() {
        return pollInterval;
    }
}
