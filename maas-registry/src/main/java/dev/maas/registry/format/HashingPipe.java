package dev.maas.registry.cache;

import dev.maas.registry.format.Sha256;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The digest of bytes that go by, computed beside their transfer by a thread of its own, so that the two take the time of the slower one. Short
 * transfers are hashed by the caller. Used by one thread.
 */
final class HashingPipe implements AutoCloseable {
    static final int BLOCK_BYTES = 256 << 10;

    private static final int BLOCKS = 8;
    private static final Block END = new Block(0);

    private final MessageDigest digest = Sha256.start();
    private final BlockingQueue<Block> filled = new ArrayBlockingQueue<>(BLOCKS + 1);
    private final BlockingQueue<Block> free = new ArrayBlockingQueue<>(BLOCKS);
    private final @Nullable Thread hasher;

    /** Bytes on their way; owned by whoever took them from a queue. */
    static final class Block {
        final byte[] bytes;
        int length;

        private Block(int size) {
            this.bytes = new byte[size];
        }
    }

    HashingPipe(long expectedBytes) {
        boolean alone = expectedBytes <= 4L * BLOCK_BYTES;
        for (int i = 0; i < (alone ? 1 : BLOCKS); i++) {
            free.add(new Block(alone ? (int) Math.max(1, Math.min(BLOCK_BYTES, expectedBytes)) : BLOCK_BYTES));
        }
        if (alone) {
            hasher = null;
        } else {
            hasher = new Thread(this::hash, "maas-cache-hash");
            hasher.setDaemon(true);
            hasher.start();
        }
    }

    private void hash() {
        try {
            for (Block block = filled.take(); block != END; block = filled.take()) {
                digest.update(block.bytes, 0, block.length);
                free.put(block);
            }
        } catch (InterruptedException e) {
            // The transfer failed; nobody asks for the digest.
            Thread.currentThread().interrupt();
        }
    }

    /** Returns a block to fill; the caller hands it back by {@link #hashed}. */
    Block block() throws InterruptedIOException {
        try {
            return free.take();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Takes a block's bytes into the digest. */
    void hashed(Block block) {
        if (hasher == null) {
            digest.update(block.bytes, 0, block.length);
            free.add(block);
        } else {
            filled.add(block);
        }
    }

    /** Returns the digits of the digest of all bytes; nothing may follow. */
    String finish() throws InterruptedIOException {
        if (hasher != null) {
            filled.add(END);
            try {
                hasher.join();
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
        return Sha256.hex(digest);
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted");
    }

    @Override
    public void close() {
        if (hasher != null) {
            hasher.interrupt();
        }
    }
}
