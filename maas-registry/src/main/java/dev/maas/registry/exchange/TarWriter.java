package dev.maas.registry.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes plain files into a tar stream as POSIX describes it: ustar headers, and a pax header where a size needs more than its 11 octal
 * digits. Equal files make equal bytes: no dates, no owners. Used by one thread.
 */
final class TarWriter {
    private static final long LARGEST_OCTAL = 077777777777L;
    private static final int LONGEST_NAME = 100;
    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputStream out;

    /** Writes to a stream, which stays the caller's. */
    TarWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Adds a file.
     *
     * @param size the number of its bytes
     * @throws IOException if the stream has fewer or more, or either cannot be read or written
     */
    void add(String name, long size, InputStream in) throws IOException {
        if (size > LARGEST_OCTAL) {
            byte[] record = sizeRecord(size);
            header("pax/size", record.length, 'x');
            out.write(record);
            pad(record.length);
        }
        // Who does not know pax headers sees an empty file and not one cut short.
        header(name, size > LARGEST_OCTAL ? 0 : size, '0');
        copy(name, size, in);
        pad(size);
    }

    /** A pax record begins with its own length, whose digits count. */
    private static byte[] sizeRecord(long size) {
        String rest = " size=" + size + "\n";
        int length = rest.length() + 2;
        return (length + rest).getBytes(StandardCharsets.US_ASCII);
    }

    private void copy(String name, long size, InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long copied = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            copied += count;
            if (copied > size) {
                break;
            }
            out.write(buffer, 0, count);
        }
        if (copied != size) {
            throw new IOException("'" + name + "' has other than the " + size + " bytes that were announced");
        }
    }

    private void header(String name, long size, char type) throws IOException {
        byte[] block = new byte[TarHeader.BLOCK];
        byte[] written = name.getBytes(StandardCharsets.US_ASCII);
        if (written.length > LONGEST_NAME) {
            throw new IllegalArgumentException("A name in a layout has at most " + LONGEST_NAME + " characters");
        }
        System.arraycopy(written, 0, block, TarHeader.NAME, written.length);
        octal(block, TarHeader.MODE, 8, 0644);
        octal(block, TarHeader.OWNER, 8, 0);
        octal(block, TarHeader.GROUP, 8, 0);
        octal(block, TarHeader.SIZE, 12, size);
        octal(block, TarHeader.TIME, 12, 0);
        block[TarHeader.TYPE] = (byte) type;
        text(block, TarHeader.MAGIC, "ustar");
        text(block, TarHeader.MAGIC_VERSION, "00");
        text(block, TarHeader.CHECKSUM, String.format(Locale.ROOT, "%06o", TarHeader.checksum(block)));
        block[TarHeader.CHECKSUM + 7] = ' ';
        out.write(block);
    }

    private static void octal(byte[] block, int offset, int length, long value) {
        text(block, offset, String.format(Locale.ROOT, "%0" + (length - 1) + "o", value));
    }

    private static void text(byte[] block, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, offset, bytes.length);
    }

    private void pad(long size) throws IOException {
        int rest = (int) (size % TarHeader.BLOCK);
        if (rest > 0) {
            out.write(new byte[TarHeader.BLOCK - rest]);
        }
    }

    /** Writes the end mark: two blocks of zeros. */
    void finish() throws IOException {
        byte[] end = new byte[2 * TarHeader.BLOCK];
        Arrays.fill(end, (byte) 0);
        out.write(end);
    }
}
