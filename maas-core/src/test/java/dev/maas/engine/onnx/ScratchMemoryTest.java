package dev.maas.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ScratchMemoryTest {
    @Test
    void isDirectZeroAndAsLargeAsAskedFor() {
        try (ScratchMemory memory = ScratchMemory.ofSize(1_000)) {
            ByteBuffer buffer = memory.buffer();
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.remaining()).isEqualTo(1_000);
            assertThat(buffer.alignmentOffset(0, Double.BYTES)).isZero();
            while (buffer.hasRemaining()) {
                assertThat(buffer.get()).isZero();
            }
        }
        try (ScratchMemory nothing = ScratchMemory.ofSize(0)) {
            assertThat(nothing.buffer().isDirect()).isTrue();
            assertThat(nothing.buffer().remaining()).isZero();
        }
    }

    @Test
    void wipesAllOfItWhereverTheBufferStands() {
        try (ScratchMemory memory = ScratchMemory.ofSize(200_000)) {
            ByteBuffer buffer = memory.buffer();
            for (int i = 0; i < buffer.capacity(); i++) {
                buffer.put(i, (byte) 42);
            }
            buffer.position(100).limit(1000);

            memory.wipe();

            buffer.clear();
            while (buffer.hasRemaining()) {
                assertThat(buffer.get()).isZero();
            }
        }
    }

    @Test
    void isFreedByAnyThreadThatClosesItWhereTheJdkCan() {
        assertThat(ScratchMemory.isFreedOnClose()).isEqualTo(Runtime.version().feature() >= 22);
        assumeTrue(ScratchMemory.isFreedOnClose(), "this JDK leaves it to the collector");
        ScratchMemory memory = ScratchMemory.ofSize(1_000);
        CompletableFuture.runAsync(memory::close).join();
        memory.close();
        assertThatIllegalStateException()
                .as("the JDK knows that it was freed")
                .isThrownBy(() -> memory.buffer().get(0));
    }
}
