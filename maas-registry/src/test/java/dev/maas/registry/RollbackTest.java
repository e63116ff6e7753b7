package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader that remembers takes no older log for the present one. */
class RollbackTest {
    @TempDir
    Path folder;

    private Path store() {
        return folder.resolve("store");
    }

    private ManagedRegistry reader() {
        return Registries.open(store(), OPTIONS.memory(folder.resolve("memory")));
    }

    private void publish(String name, String... contents) {
        try (ManagedRegistry registry = Registries.open(store(), OPTIONS)) {
            for (String content : contents) {
                registry.publish(model(name, content).alias("champion"));
            }
        }
    }

    private static String[] many(int count) {
        return Collections.nCopies(count, "x").toArray(String[]::new);
    }

    private int resolve(String ref) {
        try (ManagedRegistry registry = reader()) {
            return registry.resolve(ref).number();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        remove(to);
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void remove(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> paths = Files.walk(path)) {
                for (Path each : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(each);
                }
            }
        }
    }

    @Test
    void anOlderCopyOfTheStoreIsRefusedByTheNextProcess() throws IOException {
        publish("spam", "a", "b");
        copy(store(), folder.resolve("copy"));
        publish("spam", "c");
        assertThat(resolve("spam@champion")).isEqualTo(3);

        copy(folder.resolve("copy"), store());
        try (ManagedRegistry registry = reader()) {
            for (String ref : List.of("spam", "spam:1", "spam@champion")) {
                assertThatThrownBy(() -> registry.resolve(ref))
                        .isInstanceOf(IntegrityException.class)
                        .hasMessageContaining("it ends at entry 2, not at 3 or a later one")
                        .hasMessageNotContaining(folder.toString());
            }
            assertThatThrownBy(() -> registry.publish(model("spam", "d"))).isInstanceOf(IntegrityException.class);
        }
    }

    @Test
    void whoRemembersNothingSeesNothing() throws IOException {
        publish("spam", "a");
        copy(store(), folder.resolve("copy"));
        publish("spam", "b");
        copy(folder.resolve("copy"), store());
        assertThat(resolve("spam")).isEqualTo(1);
    }

    @Test
    void aLogThatGrewIsFollowedWithAndWithoutACheckpoint() {
        publish("spam", "a");
        assertThat(resolve("spam")).isEqualTo(1);
        publish("spam", "b", "c");
        assertThat(resolve("spam")).isEqualTo(3);
        publish("spam", many(40));
        assertThat(new LogReader(new StoreReader(new dev.maas.registry.store.FileStoreProvider().open(store())))
                        .checkpoints("spam"))
                .isNotEmpty();
        assertThat(resolve("spam")).isEqualTo(43);
    }

    @Test
    void aForkOfTheLogIsRefusedAlsoBehindACheckpoint() throws IOException {
        publish("spam", "a");
        copy(store(), folder.resolve("copy"));
        publish("spam", "b");
        assertThat(resolve("spam")).isEqualTo(2);
        for (int more : new int[] {1, 40}) {
            copy(folder.resolve("copy"), store());
            publish("spam", many(more));
            assertThatThrownBy(() -> resolve("spam"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("does not go on from entry 2");
        }
    }

    @Test
    void aModelThatVanishedIsRefused() throws IOException {
        publish("spam", "a");
        publish("ham", "a");
        assertThat(resolve("spam")).isEqualTo(1);
        remove(store().resolve("models/spam"));
        assertThatThrownBy(() -> resolve("spam"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("it ends at entry 0");
        assertThat(resolve("ham")).isEqualTo(1);
    }

    @Test
    void anotherRegistryInThePlaceOfTheFirstIsRefused() throws IOException {
        publish("spam", "a");
        assertThat(resolve("spam")).isEqualTo(1);
        remove(store());
        publish("spam", "a", "b");
        assertThatThrownBy(() -> reader().close())
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("its id is another");
    }

    @Test
    void whatAProcessItselfPublishedItRemembers() throws IOException {
        publish("spam", "a");
        copy(store(), folder.resolve("copy"));
        try (ManagedRegistry registry = reader()) {
            registry.publish(model("spam", "b"));
        }
        copy(folder.resolve("copy"), store());
        assertThatThrownBy(() -> resolve("spam")).isInstanceOf(IntegrityException.class);
    }

    @Test
    void whatAWatchingProcessSawItRemembers() throws IOException {
        publish("spam", "a");
        copy(store(), folder.resolve("copy"));
        try (ManagedRegistry registry = reader()) {
            assertThat(registry.resolve("spam").number()).isEqualTo(1);
            publish("spam", "b");
            assertThat(registry.resolve("spam").number()).isEqualTo(2);
        }
        copy(folder.resolve("copy"), store());
        assertThatThrownBy(() -> resolve("spam")).isInstanceOf(IntegrityException.class);
    }

    @Test
    void aMemoryThatFailsIsAnErrorUntilItWorks() throws IOException {
        publish("spam", "a");
        Path memory = folder.resolve("memory");
        try (ManagedRegistry registry = reader()) {
            Files.createFile(memory.resolve("models"));
            assertThatThrownBy(() -> registry.resolve("spam"))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("remembers what was trusted");
            assertThatThrownBy(() -> registry.resolve("spam")).isInstanceOf(RegistryException.class);
            Files.delete(memory.resolve("models"));
            assertThat(registry.resolve("spam").number()).isEqualTo(1);
        }
    }
}
