package dev.maas.registry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.AccessDeniedException;
import dev.maas.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
    @TempDir
    Path folder;

    private FileStore open(FileCommit... allowed) {
        return FileStoreOpening.open(
                folder.resolve("models"),
                allowed.length == 0 ? EnumSet.allOf(FileCommit.class) : Set.of(allowed),
                FileSteps.NONE);
    }

    private static ObjectContent text(String text) {
        return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8), "text/plain");
    }

    @Nested
    class WithHardLinks extends ObjectStoreContract {
        @Override
        protected ObjectStore open() {
            return FileStoreTest.this.open(FileCommit.HARD_LINK);
        }
    }

    @Nested
    class WithoutHardLinks extends ObjectStoreContract {
        @Override
        protected ObjectStore open() {
            return FileStoreTest.this.open(FileCommit.FOLDER_MOVE);
        }
    }

    /** Some views can link and some cannot, as when two machines mount one share differently. */
    @Nested
    class Mixed extends ObjectStoreContract {
        private int count;

        @Override
        protected ObjectStore open() {
            return FileStoreTest.this.open(count++ % 2 == 0 ? FileCommit.HARD_LINK : FileCommit.FOLDER_MOVE);
        }
    }

    @Test
    void objectsAreReadOnlyFilesUnderTheirKeys() throws IOException {
        open().putIfAbsent("blobs/sha256/ab/abcd", text("x"));
        Path file = folder.resolve("models/blobs/sha256/ab/abcd");
        assertThat(file).isRegularFile().hasContent("x");
        assertThat(Files.getPosixFilePermissions(file).toString()).doesNotContain("WRITE");
        try (LocalCopy copy = open().local("blobs/sha256/ab/abcd").orElseThrow()) {
            assertThat(copy.path()).isEqualTo(file);
        }
    }

    @Test
    void aPutLeavesNoScratch() throws IOException {
        for (FileCommit commit : FileCommit.values()) {
            FileStore store = open(commit);
            store.putIfAbsent("a/" + commit.name().length(), text("x"));
            store.putIfAbsent("a/" + commit.name().length(), text("y"));
            store.delete("a/" + commit.name().length());
            try (Stream<Path> scratch = Files.list(folder.resolve("models/tmp"))) {
                assertThat(scratch).as("%s", commit).isEmpty();
            }
        }
    }

    @Test
    void whereNoWayOfClaimingHoldsTheStoreIsReadOnlyWithTheReason() {
        open().putIfAbsent("k", text("x"));
        FileStore store =
                FileStoreOpening.open(folder.resolve("models"), EnumSet.noneOf(FileCommit.class), FileSteps.NONE);
        assertThat(store.readOnlyReason().orElseThrow()).contains("no way of claiming a name");
        assertThat(store.stat("k")).isPresent();
        assertThatThrownBy(() -> store.putIfAbsent("j", text("x")))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageContaining("read-only");
        assertThatThrownBy(() -> store.delete("k")).isInstanceOf(AccessDeniedException.class);
        assertThat(store.stat("k")).isPresent();
    }

    @Test
    void aFolderThatIsInUseForSomethingElseIsNotLittered() throws IOException {
        Path photos = Files.createDirectories(folder.resolve("photos"));
        Files.writeString(photos.resolve("beach.jpg"), "x");
        assertThatThrownBy(() -> FileStoreOpening.open(photos))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("beach.jpg")
                .hasMessageNotContaining(folder.toString());
        try (Stream<Path> files = Files.list(photos)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aFolderWithScratchOfItsOwnIsNoStore() throws IOException {
        Path project = Files.createDirectories(folder.resolve("project"));
        Path draft =
                Files.writeString(Files.createDirectory(project.resolve("tmp")).resolve("draft"), "x");
        assertThatThrownBy(() -> FileStoreOpening.open(project))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("'tmp'");
        assertThat(draft).hasContent("x");
    }

    @Test
    void aStoreIsKnownAgainAlsoIfItWasNeverWrittenTo() {
        FileStoreOpening.open(folder.resolve("fresh")).close();
        try (FileStore again = FileStoreOpening.open(folder.resolve("fresh"))) {
            assertThat(again.readOnlyReason()).isEmpty();
            assertThat(again.list("", null, 10).objects()).isEmpty();
        }
    }

    @Test
    void manyMayMakeOneStoreAtTheSameMoment() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 200; round++) {
                Path models = folder.resolve("round-" + round);
                CyclicBarrier start = new CyclicBarrier(4);
                List<Future<Boolean>> opened = threads.invokeAll(Collections.nCopies(4, () -> {
                    start.await();
                    try (FileStore store = FileStoreOpening.open(models)) {
                        return store.readOnlyReason().isEmpty();
                    }
                }));
                for (Future<Boolean> writable : opened) {
                    assertThat(writable.get()).isTrue();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> FileStoreOpening.open(file))
                .isInstanceOf(RegistryException.class)
                .hasMessageNotContaining(folder.toString());
    }

    @Test
    void linksAndStrangeFilesAreNoObjects() throws IOException {
        FileStore store = open();
        store.putIfAbsent("a/k", text("x"));
        Files.createSymbolicLink(folder.resolve("models/a/link"), folder.resolve("models/a/k"));
        Files.writeString(folder.resolve("models/a/.hidden"), "x");
        assertThat(store.list("", null, 10).objects())
                .extracting(ObjectInfo::key)
                .containsExactly("a/k");
        assertThatThrownBy(() -> store.open("a/link"))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("link")
                .hasMessageNotContaining(folder.toString());
    }

    @Test
    void cleaningRemovesWhatACrashLeftAndNothingYounger() throws IOException {
        FileStore store = open();
        Path left = Files.writeString(folder.resolve("models/tmp/left"), "torn");
        Path leftFolder = Files.createDirectory(folder.resolve("models/tmp/left-folder"));
        Files.writeString(leftFolder.resolve(FileCommit.INNER), "torn");
        store.clean(Duration.ofHours(1));
        assertThat(left).exists();
        store.clean(Duration.ZERO);
        assertThat(left).doesNotExist();
        assertThat(leftFolder).doesNotExist();
    }

    @Test
    void anOpenStreamSurvivesTheDelete() throws IOException {
        FileStore store = open();
        store.putIfAbsent("k", text("still here"));
        try (InputStream in = store.open("k").orElseThrow()) {
            store.delete("k");
            assertThat(in.readAllBytes()).asString().isEqualTo("still here");
        }
    }

    @Test
    void stepsOfAPutComeInTheOrderThatMakesItDurable() {
        List<String> steps = new ArrayList<>();
        FileStore store = FileStoreOpening.open(folder.resolve("s"), EnumSet.allOf(FileCommit.class), steps::add);
        store.putIfAbsent("a/b/k", text("x"));
        assertThat(steps).containsExactly("written", "folders made", "claimed", "synced");
    }
}
