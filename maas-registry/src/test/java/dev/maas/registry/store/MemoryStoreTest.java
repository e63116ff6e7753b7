package dev.maas.registry.store;

import java.time.Clock;
import org.jspecify.annotations.Nullable;

class MemoryStoreTest extends ObjectStoreContract {
    private @Nullable MemoryStore store;

    @Override
    protected ObjectStore open() {
        if (store == null) {
            store = new MemoryStore(Clock.systemUTC());
        }
        return store;
    }
}
