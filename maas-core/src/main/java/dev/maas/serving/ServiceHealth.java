package dev.maas.serving;

import dev.maas.ModelRef;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a service is, at one moment.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param live whether it is open
 * @param ready whether it is open and every model asked for can be called
 * @param models each reference in use, by name
 */
public record ServiceHealth(boolean live, boolean ready, List<ModelHealth> models) {
    /** Copies the list. */
    public ServiceHealth {
        models = List.copyOf(models);
    }

    /** How one reference is. */
    public enum State {
        /** Not loaded yet; the first call will. */
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
     * @param reason what is wrong; empty if nothing is
     */
    public record ModelHealth(ModelRef ref, State state, OptionalInt version, String reason) {}
}
