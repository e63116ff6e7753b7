package dev.maas.engine;

import dev.maas.InvalidInputException;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How an engine runs its models. An engine honours every value that differs from the default, or refuses to open.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param threads the threads that share the work of one run; empty for one pool that all models share, as large as the machine
 *     has processors
 * @param optimization how far the model's graph is rewritten when it is loaded
 * @param memoryArena whether freed memory is kept for the next run
 * @param memoryPattern whether the memory of a run is planned ahead by the shapes seen before
 * @param deterministic whether results are bit-identical from run to run, where that costs speed
 */
public record EngineOptions(
        OptionalInt threads,
        Optimization optimization,
        boolean memoryArena,
        boolean memoryPattern,
        boolean deterministic) {
    private static final EngineOptions DEFAULTS =
            new EngineOptions(OptionalInt.empty(), Optimization.ALL, true, true, false);

    /** Checks the parts. */
    public EngineOptions {
        Objects.requireNonNull(optimization, "optimization");
        if (threads.isPresent() && threads.getAsInt() < 1) {
            throw new InvalidInputException("An engine runs on 1 thread or more; got " + threads.getAsInt());
        }
    }

    /** How far a model's graph is rewritten when it is loaded. */
    public enum Optimization {
        /** Not at all. */
        NONE,
        /** Rewrites that keep the meaning on every hardware, such as folding constants. */
        BASIC,
        /** Also fused operators of the chosen hardware. */
        EXTENDED,
        /** Also layouts of the chosen hardware. */
        ALL
    }

    /** Returns what engines do unless told otherwise. */
    public static EngineOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with threads of its own for each model, that many in all per run. */
    public EngineOptions withThreads(int count) {
        return new EngineOptions(OptionalInt.of(count), optimization, memoryArena, memoryPattern, deterministic);
    }

    /** Returns these options with that optimization. */
    public EngineOptions withOptimization(Optimization level) {
        return new EngineOptions(threads, level, memoryArena, memoryPattern, deterministic);
    }

    /** Returns these options with or without the memory arena. */
    public EngineOptions withMemoryArena(boolean enabled) {
        return new EngineOptions(threads, optimization, enabled, memoryPattern, deterministic);
    }

    /** Returns these options with or without memory patterns. */
    public EngineOptions withMemoryPattern(boolean enabled) {
        return new EngineOptions(threads, optimization, memoryArena, enabled, deterministic);
    }

    /** Returns these options with or without bit-identical results. */
    public EngineOptions withDeterministic(boolean enabled) {
        return new EngineOptions(threads, optimization, memoryArena, memoryPattern, enabled);
    }
}
