package dev.maas.registry.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The digest of bytes that go by, computed beside their transfer by a thread of its own, so that the two take the time of the slower one. Short
 * transfers are hashed by the caller. For sibling packages only; used by one thread.
 */
public final class HashingPipe implements AutoCloseable {
    /** The bytes of a block of a long transfer. */
    public static final int BLOCK_BYTES = 256 << 10;

    private static final int BLOCKS = 8;
    private static final int LEAST_BLOCK_BYTES = 8 << 10;
    private static final Block END = new Block(0);

    private final MessageDigest digest = Sha256.start();
    private final BlockingQueue<Block> filled = new ArrayBlockingQueue<>(BLOCKS + 1);
    private final BlockingQueue<Block> free = new ArrayBlockingQueue<>(BLOCKS);
    private final @Nullable Thread hasher;

    /** Bytes on their way; owned by whoever took them from a queue. */
    public static final class Block {
        /** Where the bytes are, from the first on. */
        public final byte[] bytes;

        /** How many of them there are. */
        public int length;

        private Block(int size) {
            this.bytes = new byte[size];
        }

        /**
         * Adds what a stream has, up to that many bytes, or until the block is full; if the stream fails, the block has what came before.
         *
         * @return whether the stream ended
         * @throws IOException if the stream does
         */
        public boolean fill(InputStream in, long most) throws IOException {
            int end = length + (int) Math.min(bytes.length - length, most);
            while (length < end) {
                int count = in.read(bytes, length, end - length);
                if (count < 0) {
                    return true;
                }
                length += count;
            }
            return false;
        }
    }

    /** Makes a pipe for about so many bytes; more or fewer may come. */
    public HashingPipe(long expectedBytes) {
        boolean alone = expectedBytes <= 4L * BLOCK_BYTES;
        for (int i = 0; i < (alone ? 1 : BLOCKS); i++) {
            long bytes = alone ? Math.max(LEAST_BLOCK_BYTES, Math.min(BLOCK_BYTES, expectedBytes)) : BLOCK_BYTES;
            free.add(new Block((int) bytes));
        }
        if (alone) {
            hasher = null;
        } else {
            hasher = new Thread(this::hashAll, "maas-hash");
            hasher.setDaemon(true);
            hasher.start();
        }
    }

    private void hashAll() {
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

    /**
     * Returns an empty block to fill; the caller hands it back by {@link #hash(Block)}.
     *
     * @throws InterruptedIOException if the caller is interrupted while all blocks wait to be hashed
     */
    public Block block() throws InterruptedIOException {
        try {
            Block block = free.take();
            block.length = 0;
            return block;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Takes a block's bytes into the digest; the caller may still read them, until it asks for the next block. */
    public void hash(Block block) {
        if (hasher == null) {
            digest.update(block.bytes, 0, block.length);
            free.add(block);
        } else {
            filled.add(block);
        }
    }

    /**
     * Returns the digits of the digest of all bytes; nothing may follow.
     *
     * @throws InterruptedIOException if the caller is interrupted while it waits
     */
    public String finish() throws InterruptedIOException {
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
