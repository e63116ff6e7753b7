package dev.maas.registry;

import dev.maas.registry.format.HashingPipe;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.WrongBytesException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of a package as a store gets it, held against its digest while the store reads it: it may have changed since it was hashed.
 *
 * @param opening opens its bytes
 * @param file its name
 * @param layer its digest and size
 */
record PackedFile(Opening opening, String file, Manifest.Descriptor layer) implements ObjectContent {
    private static final String CHANGED = " changed while it was published";

    /** Opens the bytes of a file. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    @Override
    public long size() {
        return layer.size();
    }

    @Override
    public String mediaType() {
        return layer.mediaType();
    }

    @Override
    public InputStream open() throws IOException {
        return new FileStream(new VerifyingInputStream(opening.open(), what(), layer.size(), layer.hex()), what());
    }

    private String what() {
        return "The file '" + file + "' of the package";
    }

    /** Writes the bytes, and hashes them meanwhile. */
    @Override
    public void writeTo(OutputStream out) throws IOException {
        long left = layer.size();
        try (InputStream in = new FileStream(opening.open(), what());
                HashingPipe pipe = new HashingPipe(left)) {
            boolean ended = false;
            while (!ended && left >= 0) {
                HashingPipe.Block block = pipe.block();
                ended = block.fill(in, Long.MAX_VALUE);
                left -= block.length;
                pipe.hash(block);
                out.write(block.bytes, 0, block.length);
            }
            if (left != 0 || !pipe.finish().equals(layer.hex())) {
                throw new Failure(what() + CHANGED, null);
            }
        }
    }

    /** Thrown where a file of the package cannot be read or has changed, so that the store is not blamed. */
    static final class Failure extends IOException {
        private static final long serialVersionUID = 1L;

        Failure(String message, @Nullable IOException cause) {
            super(message, cause);
        }
    }

    /** Marks every failure of a file of the package. */
    private static final class FileStream extends FilterInputStream {
        private final String what;

        FileStream(InputStream in, String what) {
            super(in);
            this.what = what;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return in.read(bytes, offset, length);
            } catch (WrongBytesException e) {
                throw new Failure(what + CHANGED, e);
            } catch (IOException e) {
                throw new Failure(what + " cannot be read", e);
            }
        }
    }
}
