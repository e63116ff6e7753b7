package dev.maas.serving;

import dev.maas.ModelRef;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a service is, at one moment.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param live whether it is open
 * @param ready whether it is open and every model asked for can be called
 * @param models each reference in use, by name
 * @param memory what the loaded versions take
 */
public record ServiceHealth(boolean live, boolean ready, List<ModelHealth> models, Memory memory) {
    /** Copies the list. */
    public ServiceHealth {
        models = List.copyOf(models);
        Objects.requireNonNull(memory, "memory");
    }

    /** Makes a report of a service that says nothing of memory. */
    public ServiceHealth(boolean live, boolean ready, List<ModelHealth> models) {
        this(live, ready, models, new Memory(0, OptionalLong.empty(), 0, 0));
    }

    /**
     * What the loaded versions take, all references together; see {@link ServiceOptions#memoryBudget}.
     *
     * @param loadedBytes what counts at this moment: versions in service, those kept for a rollback, those that load and those whose
     *     last calls finish. Measured under a budget; without one, the size of the weights
     * @param budgetBytes the budget, if there is one
     * @param highestBytes the most that ever counted at one moment
     * @param evictions how many versions were freed to make room for others
     */
    public record Memory(long loadedBytes, OptionalLong budgetBytes, long highestBytes, long evictions) {}

    /** How one reference is. */
    public enum State {
        /** Not loaded; the next call will. If it was loaded before, or found no room, the reason says why it is not now. */
        COLD,
        /** In service. */
        READY,
        /** In service, but the version that the registry wants could not be; the reason says why. */
        DEGRADED,
        /** Not in service: it could not be loaded; the reason says why. */
        FAILED
    }

    /**
     * How one reference is.
     *
     * @param ref the reference as the application wrote it
     * @param state its state
     * @param version the version in service, if any
     * @param reason what is wrong, or why the model is cold; empty if there is nothing to say
     * @param loadedBytes the memory that the version in service takes, as it counts in {@link Memory#loadedBytes()}; 0 if there is none.
     *     References to one version share it
     */
    public record ModelHealth(ModelRef ref, State state, OptionalInt version, String reason, long loadedBytes) {
        /** Makes a report that says nothing of memory. */
        public ModelHealth(ModelRef ref, State state, OptionalInt version, String reason) {
            this(ref, state, version, reason, 0);
        }
    }
}
