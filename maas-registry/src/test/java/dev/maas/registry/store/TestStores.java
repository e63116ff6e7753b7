package dev.maas.registry.store;

import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/** Stores as the tests of the registry need them. */
public final class TestStores {
    private TestStores() {}

    /** Returns a store in memory that dates by a clock. */
    public static ObjectStore memory(Clock clock) {
        return new MemoryStore(clock);
    }

    /** Returns a store in a folder. */
    public static ObjectStore file(Path folder) {
        return FileStoreOpening.open(folder);
    }

    /** Returns a store in a folder that makes no hard links. */
    public static ObjectStore withoutLinks(Path folder) {
        return FileStoreOpening.open(folder, Set.of(FileCommit.FOLDER_MOVE), FileSteps.NONE);
    }

    /** Returns a store in a folder that takes no writes. */
    public static ObjectStore readOnly(Path folder) {
        return FileStoreOpening.open(folder, EnumSet.noneOf(FileCommit.class), FileSteps.NONE);
    }

    /** Returns a store in a folder that tells of its steps. */
    public static ObjectStore stepping(Path folder, Consumer<String> steps) {
        return FileStoreOpening.open(folder, EnumSet.allOf(FileCommit.class), steps::accept);
    }
}
