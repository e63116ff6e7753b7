package dev.maas.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Direct memory for the tensors between the stages of a pipeline, used again from call to call. Safe for use by any thread.
 *
 * <p>Memory comes back only from a call of which every stage ended well. A call that was given up may have a stage still running that
 * reads or writes its memory, so that such memory is left to the garbage collector.
 */
final class MemoryPool {
    private static final int LEAST_BITS = 10;
    private static final int MOST_BITS = 26;
    private static final long MOST_KEPT_BYTES = 1L << MOST_BITS;

    /** By the power of two that is their size. */
    private final List<Deque<ByteBuffer>> free = new ArrayList<>();

    private final AtomicLong keptBytes = new AtomicLong();

    MemoryPool() {
        for (int bits = 0; bits <= MOST_BITS; bits++) {
            free.add(new ConcurrentLinkedDeque<>());
        }
    }

    /** What one call takes of the pool. Safe for use by any thread. */
    final class Loan {
        // Guarded by this.
        private final List<ByteBuffer> taken = new ArrayList<>();

        /** Returns memory with that many bytes remaining, in the machine's byte order. */
        ByteBuffer allocate(int bytes) {
            ByteBuffer whole = take(bytes);
            synchronized (this) {
                taken.add(whole);
            }
            return whole.slice(0, bytes).order(ByteOrder.nativeOrder());
        }

        /** Gives all of it back; nobody reads or writes it any more. */
        synchronized void giveBack() {
            taken.forEach(MemoryPool.this::keep);
            taken.clear();
        }
    }

    Loan lend() {
        return new Loan();
    }

    /** The bytes that wait to be used again. */
    long keptBytes() {
        return keptBytes.get();
    }

    private ByteBuffer take(int bytes) {
        int bits = Math.max(LEAST_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, bytes) - 1));
        if (bits > MOST_BITS) {
            return ByteBuffer.allocateDirect(bytes);
        }
        ByteBuffer kept = free.get(bits).poll();
        if (kept == null) {
            return ByteBuffer.allocateDirect(1 << bits);
        }
        keptBytes.addAndGet(-kept.capacity());
        return kept;
    }

    private void keep(ByteBuffer memory) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(memory.capacity() - 1);
        if (bits > MOST_BITS) {
            return;
        }
        // Others may add at the same time, so that the bound is kept by taking the bytes back.
        if (keptBytes.addAndGet(memory.capacity()) > MOST_KEPT_BYTES) {
            keptBytes.addAndGet(-memory.capacity());
        } else {
            free.get(bits).push(memory);
        }
    }
}
