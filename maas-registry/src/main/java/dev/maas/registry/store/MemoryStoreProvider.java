package dev.maas.registry.store;

import dev.maas.InvalidInputException;
import java.net.URI;
import java.time.Clock;

/** Opens {@code memory:/} stores, a new and empty one each time. Public for {@link java.util.ServiceLoader} only; safe for use by any thread. */
public final class MemoryStoreProvider implements ObjectStoreProvider {
    /** Makes a provider. */
    public MemoryStoreProvider() {}

    @Override
    public String scheme() {
        return "memory";
    }

    @Override
    public ObjectStore open(URI location) {
        if (!location.toString().equalsIgnoreCase("memory:/")) {
            throw new InvalidInputException("A store in memory has no name; write 'memory:/'");
        }
        return new MemoryStore(Clock.systemUTC());
    }
}
