package dev.maas.registry.cache;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreContract;
import dev.maas.registry.store.TestStores;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.io.TempDir;

/** A store with a cache in front of it keeps the contract of stores. */
class CachingStoreTest extends ObjectStoreContract {
    @TempDir
    Path folder;

    private final ObjectStore remote = TestStores.memory(Clock.systemUTC());

    @Override
    protected ObjectStore open() {
        return CachingStore.open(
                "the store",
                "test:store",
                () -> new CountingStore(remote),
                CacheFixture.settings(folder.resolve("cache")));
    }
}
