package dev.maas.registry.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.seal.TrustMemory.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustMemoryTest {
    private static final String FIRST = "ab".repeat(32);
    private static final String SECOND = "cd".repeat(32);

    @TempDir
    Path folder;

    private TrustMemory memory() {
        return TrustMemory.in(folder.resolve("memory"));
    }

    @Test
    void theNewestMarkOutlastsTheProcess() {
        assertThat(memory().newest("spam")).isEmpty();
        memory().remember("spam", new Mark(9, FIRST));
        memory().remember("spam", new Mark(10, SECOND));
        memory().remember("spam", new Mark(8, FIRST));
        assertThat(memory().newest("spam")).contains(new Mark(10, SECOND));
        assertThat(memory().newest("ham")).isEmpty();
    }

    @Test
    void oneFileIsKeptForEachModel() throws IOException {
        for (int i = 1; i <= 20; i++) {
            memory().remember("spam", new Mark(i, FIRST));
        }
        try (Stream<Path> files = Files.list(folder.resolve("memory/models/spam"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void whatACrashLeavesBehindCountsForNothingLess() throws IOException {
        memory().remember("spam", new Mark(9, FIRST));
        Path marks = folder.resolve("memory/models/spam");
        Files.createFile(marks.resolve(String.format("%019d-%s", 4, SECOND)));
        Files.createFile(marks.resolve("something else"));
        assertThat(memory().newest("spam")).contains(new Mark(9, FIRST));
    }

    @Test
    void twoFormsOfOneEntryAreAFork() {
        memory().remember("spam", new Mark(9, FIRST));
        assertThatThrownBy(() -> memory().remember("spam", new Mark(9, SECOND)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("it was forked");
        assertThatThrownBy(() -> memory().newest("spam")).isInstanceOf(IntegrityException.class);
    }

    @Test
    void theMemoryIsOneRegistrys() {
        memory().requireRegistry("one");
        memory().remember("registry-x", new Mark(1, FIRST));
        memory().requireRegistry("one");
        assertThatThrownBy(() -> memory().requireRegistry("two"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("a folder of its own");
    }

    @Test
    void whoeverIsLateChangesNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int offset = thread;
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        int sequence = 1 + (i * 37 + offset) % 100;
                        memory().remember("spam", new Mark(sequence, FIRST));
                    }
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(memory().newest("spam")).contains(new Mark(100, FIRST));
    }

    @Test
    void aFolderThatCannotBeUsedIsAnErrorWithoutItsPath() throws IOException {
        Files.createFile(folder.resolve("memory"));
        assertThatThrownBy(() -> memory().remember("spam", new Mark(1, FIRST)))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("cannot be read or written")
                .hasMessageNotContaining(folder.toString());
    }
}
