package dev.maas.engine.onnx;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads a model's entry file into direct memory, from which the runtime parses it without another copy. */
final class ModelBytes {
    private static final int CHUNK = 1 << 16;
    private static final long MOST_BYTES = Integer.MAX_VALUE - 64L;

    private ModelBytes() {}

    /**
     * Reads the entry file, with these bytes after it, into memory that the caller closes.
     *
     * @throws ModelLoadException if it cannot be read, or does not fit into one buffer
     */
    static ScratchMemory read(ModelSource source, byte[] suffix) {
        try {
            long size = source.size(source.entry());
            if (size == 0) {
                throw new ModelLoadException("The model '" + source.entry() + "' is empty");
            }
            if (size + suffix.length > MOST_BYTES) {
                throw new ModelLoadException("The model '" + source.entry() + "' has " + size
                        + " bytes; one of 2 GiB or more is loaded from a file of its own, not from memory");
            }
            ScratchMemory memory = ScratchMemory.ofSize((int) size + suffix.length);
            try {
                fill(memory.buffer(), source, (int) size, suffix);
                return memory;
            } catch (Throwable e) {
                memory.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ModelLoadException("The model '" + source.entry() + "' cannot be read", e);
        }
    }

    private static void fill(ByteBuffer bytes, ModelSource source, int size, byte[] suffix) throws IOException {
        try (InputStream stream = source.open(source.entry())) {
            bytes.limit(size);
            readFully(stream, bytes, source.entry());
        }
        bytes.limit(bytes.capacity()).position(size);
        bytes.put(suffix).flip();
    }

    /** Fills the buffer from the stream, and sets its position back to where it was. */
    static void readFully(InputStream stream, ByteBuffer into, String file) throws IOException {
        int start = into.position();
        byte[] chunk = new byte[Math.min(CHUNK, into.remaining())];
        try {
            while (into.hasRemaining()) {
                int read = stream.read(chunk, 0, Math.min(chunk.length, into.remaining()));
                if (read < 0) {
                    throw new EOFException("The file '" + file + "' ends " + into.remaining() + " bytes early");
                }
                into.put(chunk, 0, read);
            }
        } finally {
            Arrays.fill(chunk, (byte) 0);
        }
        into.position(start);
    }
}
