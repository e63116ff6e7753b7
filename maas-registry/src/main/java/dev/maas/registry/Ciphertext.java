package dev.maas.registry;

import dev.maas.registry.format.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * An encrypted file on its way into a store, kept until all of it is there: each encryption of the same bytes is another, and a store asks
 * for the digest first, and perhaps for the bytes twice.
 *
 * <p>Small ones stay in memory. Larger ones go to a temporary file, encrypted as they are, which only its owner can read, and which has no
 * name any more where the system allows that, so that a crash leaves nothing. Written by one thread, then read by any.
 */
final class Ciphertext extends OutputStream {
    private static final int MOST_IN_MEMORY = 1 << 20;

    private final MessageDigest digest = Sha256.start();
    private ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable FileChannel file;
    private long size;

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        digest.update(bytes, offset, length);
        if (file == null && size + length > MOST_IN_MEMORY) {
            file = temporary();
            writeFully(file, memory.toByteArray(), 0, memory.size());
            memory = new ByteArrayOutputStream(0);
        }
        FileChannel spool = file;
        if (spool == null) {
            memory.write(bytes, offset, length);
        } else {
            writeFully(spool, bytes, offset, length);
        }
        size += length;
    }

    private static void writeFully(FileChannel channel, byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static FileChannel temporary() throws IOException {
        Path path = Files.createTempFile("maas-", ".encrypted");
        try {
            return FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Ends it, and returns the digest of all that was written. */
    String finish() {
        return Sha256.hex(digest);
    }

    long size() {
        return size;
    }

    /** Opens it from its beginning. */
    InputStream open() {
        FileChannel spool = file;
        return spool == null ? new ByteArrayInputStream(memory.toByteArray()) : new ChannelStream(spool);
    }

    /** Lets go of the memory and the file. */
    @Override
    public void close() throws IOException {
        memory = new ByteArrayOutputStream(0);
        if (file != null) {
            file.close();
        }
    }

    /** Reads a channel that others read too, from a position of its own. */
    private static final class ChannelStream extends InputStream {
        private final FileChannel channel;
        private long position;

        ChannelStream(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = channel.read(ByteBuffer.wrap(bytes, offset, length), position);
            position += Math.max(0, count);
            return count;
        }
    }
}
