package dev.maas.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPoolTest {
    private final MemoryPool pool = new MemoryPool();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_023, 1_024, 1_025, 1 << 20, (1 << 26) + 1})
    void lendsDirectMemoryOfTheExactSize(int bytes) {
        ByteBuffer memory = pool.lend().allocate(bytes);
        assertThat(memory.isDirect()).isTrue();
        assertThat(memory.remaining()).isEqualTo(bytes);
        assertThat(memory.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(memory.alignmentOffset(0, Long.BYTES)).isZero();
    }

    @Test
    void lendsAgainWhatCameBackAndNothingElse() {
        MemoryPool.Loan first = pool.lend();
        ByteBuffer memory = first.allocate(2_000).putInt(0, 42);
        assertThat(pool.lend().allocate(2_000).getInt(0)).isZero();
        first.giveBack();
        first.giveBack();
        assertThat(pool.keptBytes()).isEqualTo(2_048);
        assertThat(pool.lend().allocate(1_500).getInt(0)).isEqualTo(42);
        assertThat(pool.keptBytes()).isZero();
        assertThat(pool.lend().allocate(1_500).getInt(0)).isZero();
        assertThat(memory.getInt(0)).isEqualTo(42);
    }

    @Test
    void keepsNoMoreThanItsBound() {
        MemoryPool.Loan loan = pool.lend();
        for (int i = 0; i < 10; i++) {
            loan.allocate(10 << 20);
        }
        loan.allocate((1 << 26) + 1);
        loan.giveBack();
        assertThat(pool.keptBytes()).isEqualTo(4 * (16L << 20));
    }
}
