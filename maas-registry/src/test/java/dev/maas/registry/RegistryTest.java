package dev.maas.registry;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
    @Nested
    class InAFolder extends RegistryBehaviour {
        @TempDir
        Path folder;

        @Override
        ObjectStore store() {
            return TestStores.file(folder.resolve("models"));
        }
    }

    @Nested
    class InAFolderWithoutHardLinks extends RegistryBehaviour {
        @TempDir
        Path folder;

        @Override
        ObjectStore store() {
            return TestStores.withoutLinks(folder.resolve("models"));
        }
    }

    @Nested
    class BehindACache extends RegistryBehaviour {
        @TempDir
        Path folder;

        private @Nullable ObjectStore store;

        @Override
        ObjectStore store() {
            ObjectStore memory = store == null ? TestStores.memory(clock) : store;
            store = memory;
            return new UnclosedStore(memory);
        }

        @Override
        RegistryOptions options() {
            return super.options().cache(folder.resolve("cache"));
        }
    }

    @Nested
    class InMemory extends RegistryBehaviour {
        private @Nullable ObjectStore store;

        @Override
        ObjectStore store() {
            ObjectStore memory = store == null ? TestStores.memory(clock) : store;
            store = memory;
            return new UnclosedStore(memory);
        }
    }
}
