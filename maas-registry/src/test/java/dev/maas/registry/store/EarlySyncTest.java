package dev.maas.registry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A long file is written by the disk while more of it comes, and a disk that fails meanwhile is not forgotten. */
class EarlySyncTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    private FileChannel open() throws IOException {
        return FileChannel.open(
                folder.resolve("file"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Test
    void allThatWasWrittenIsThereInTheEnd() throws IOException {
        try (FileChannel file = open()) {
            EarlySync sync = new EarlySync(file);
            ByteBuffer block = ByteBuffer.allocate(MEGABYTE);
            for (int i = 0; i < 70; i++) {
                block.clear().put(0, (byte) i);
                file.write(block);
                sync.written(MEGABYTE);
            }
            sync.finish();
            assertThat(file.size()).isEqualTo(70L * MEGABYTE);
            ByteBuffer last = ByteBuffer.allocate(1);
            file.read(last, 69L * MEGABYTE);
            assertThat(last.get(0)).isEqualTo((byte) 69);
        }
    }

    @Test
    void aFailureThatTheSystemTellsOfOnceIsToldInTheEnd() throws IOException {
        FileChannel broken = open();
        broken.close();
        EarlySync sync = new EarlySync(broken);
        sync.written(64L * MEGABYTE);
        assertThatThrownBy(sync::finish)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the disk failed while the file was written");
    }

    @Test
    void whoIsInterruptedWhileTheDiskWritesIsTold() throws IOException {
        try (FileChannel file = open()) {
            EarlySync sync = new EarlySync(file);
            sync.written(64L * MEGABYTE);
            Thread.currentThread().interrupt();
            assertThatThrownBy(sync::finish).isInstanceOf(IOException.class);
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        }
    }
}
