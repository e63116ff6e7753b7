package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decrypts a file segment by segment. Used by one thread.
 *
 * <p>It opens segments itself, where Tink's own stream would do, for two reasons: what was decrypted lies in one array, which is overwritten
 * when the stream is closed; and whole segments can be skipped, which a reader of models does with nearly all of a large file. A segment
 * opens only at its own place and, if it is the last, only as the last, so who reads to the end that the size tells has all of the file.
 */
final class DecryptingInputStream extends InputStream {
    private final InputStream sealed;
    private final long segments;
    private final long sealedSize;
    private final String what;
    private final byte[] context;
    private final byte[] ciphertext;
    private final byte[] plaintext;
    private byte @Nullable [] key;
    private TinkStreams.@Nullable Segments opener;

    /** The segment to read next. */
    private long next;

    // What lies in the array and was not handed out.
    private int from;
    private int to;
    private boolean closed;

    DecryptingInputStream(InputStream sealed, long sealedSize, byte[] key, byte[] context, String what) {
        this.sealed = sealed;
        this.sealedSize = sealedSize;
        this.segments = Math.max(1, (sealedSize + BlobCipher.SEGMENT_BYTES - 1) / BlobCipher.SEGMENT_BYTES);
        this.key = key.clone();
        this.context = context.clone();
        this.what = what;
        this.ciphertext = new byte[(int) Math.min(BlobCipher.SEGMENT_BYTES, sealedSize)];
        this.plaintext = new byte[ciphertext.length];
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, to - from);
        System.arraycopy(plaintext, from, bytes, offset, count);
        from += count;
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        requireOpen();
        if (count <= 0) {
            return 0;
        }
        if (from == to && next > 0) {
            // Segments before the last one can be passed over unopened.
            long whole = Math.min(count / plainSize(next), segments - 1 - next);
            if (whole > 0) {
                sealed.skipNBytes(whole * BlobCipher.SEGMENT_BYTES);
                next += whole;
                return whole * (BlobCipher.SEGMENT_BYTES - BlobCipher.TAG_BYTES);
            }
        }
        if (!fill()) {
            return 0;
        }
        int skipped = (int) Math.min(count, to - from);
        from += skipped;
        return skipped;
    }

    private long plainSize(long segment) {
        return segmentSize(segment) - BlobCipher.TAG_BYTES;
    }

    private long segmentSize(long segment) {
        long start = segment == 0 ? BlobCipher.HEADER_BYTES : segment * BlobCipher.SEGMENT_BYTES;
        return Math.min((segment + 1) * BlobCipher.SEGMENT_BYTES, sealedSize) - start;
    }

    /** Returns whether there is a byte to hand out, after opening the next segment if need be. */
    private boolean fill() throws IOException {
        requireOpen();
        while (from == to) {
            if (next == segments) {
                return false;
            }
            openNext();
        }
        return true;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("The stream of " + what + " was closed");
        }
    }

    private void openNext() throws IOException {
        try {
            int size = (int) segmentSize(next);
            TinkStreams.Segments segmentOpener = opener();
            readFully(size);
            ByteBuffer plain = ByteBuffer.wrap(plaintext);
            segmentOpener.open(ByteBuffer.wrap(ciphertext, 0, size), (int) next, next == segments - 1, plain);
            from = 0;
            to = plain.position();
            next++;
        } catch (GeneralSecurityException e) {
            wipe();
            throw new IntegrityException(
                    what + " does not open at segment " + next + " of " + segments
                            + ": it was changed, cut or put together from others, or belongs to another file or version",
                    e);
        }
    }

    private TinkStreams.Segments opener() throws IOException, GeneralSecurityException {
        TinkStreams.Segments ready = opener;
        if (ready == null) {
            byte[] secret = key;
            readFully(BlobCipher.HEADER_BYTES);
            if (secret == null) {
                throw new GeneralSecurityException("The key was given up after a failure");
            }
            ready = new TinkStreams.Segments(secret, Arrays.copyOf(ciphertext, BlobCipher.HEADER_BYTES), context);
            Arrays.fill(secret, (byte) 0);
            key = null;
            opener = ready;
        }
        return ready;
    }

    private void readFully(int size) throws IOException {
        int count = sealed.readNBytes(ciphertext, 0, size);
        if (count < size) {
            wipe();
            throw new IntegrityException(
                    what + " ends " + (size - count) + " bytes before segment " + next + " of " + segments + " does");
        }
    }

    private void wipe() {
        Arrays.fill(plaintext, (byte) 0);
        from = 0;
        to = 0;
        byte[] secret = key;
        if (secret != null) {
            Arrays.fill(secret, (byte) 0);
            key = null;
        }
    }

    /** Returns whether nothing of what was decrypted is left here. */
    boolean isWiped() {
        byte left = 0;
        for (byte each : plaintext) {
            left |= each;
        }
        return left == 0 && key == null;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            wipe();
            opener = null;
            sealed.close();
        }
    }
}
