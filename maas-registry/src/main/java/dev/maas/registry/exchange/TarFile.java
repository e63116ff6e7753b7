package dev.maas.registry.exchange;

import dev.maas.IntegrityException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The plain files in a tar archive, which is never unpacked: a table of where each lies, made by one pass over the headers, and streams
 * over those places. Safe for use by any thread.
 *
 * <p>Links, devices, holes, names that come twice, anything behind the end, and compression are refused, so that the archive's size bounds
 * what is in it.
 */
final class TarFile implements AutoCloseable {
    /** What writers that work in large units put behind the end. */
    private static final long MOST_PADDING = 1 << 20;

    private final FileChannel channel;
    private final String what;
    private final Map<String, Slice> files = new LinkedHashMap<>();

    private TarFile(FileChannel channel, String what) {
        this.channel = channel;
        this.what = what;
    }

    /** Where a file's bytes lie. */
    private record Slice(long offset, long size) {}

    /**
     * Opens an archive.
     *
     * @param what the archive, for messages
     * @param names checks each name and returns it in its plain form
     * @param most the number of files at most
     * @throws IntegrityException if it is not sound
     * @throws IOException if it cannot be read
     */
    static TarFile open(Path file, String what, UnaryOperator<String> names, int most) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            TarFile tar = new TarFile(channel, what);
            tar.scan(names, most);
            return tar;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void scan(UnaryOperator<String> names, int most) throws IOException {
        Set<String> seen = new HashSet<>();
        OptionalLong paxSize = OptionalLong.empty();
        boolean pax = false;
        long position = 0;
        while (true) {
            byte[] block = block(position);
            position += TarHeader.BLOCK;
            if (isZero(block)) {
                if (pax) {
                    throw new IntegrityException(what + " is not sound: a pax header has no file behind it");
                }
                requireEnd(position);
                return;
            }
            requireNotCompressed(block);
            TarHeader header = TarHeader.read(block, what);
            long size = paxSize.orElse(header.size());
            if (size > channel.size() - position) {
                throw new IntegrityException(what + " was cut off: '" + TarHeader.shown(header.name()) + "' has " + size
                        + " bytes, and " + (channel.size() - position) + " are left");
            }
            if (header.type() == 'x') {
                if (pax || size > PaxRecords.LARGEST) {
                    throw new IntegrityException(what + " is not sound: a pax header is too large or follows another");
                }
                paxSize = PaxRecords.size(bytes(position, (int) size), what);
            } else {
                add(header, size, position, names, seen);
                paxSize = OptionalLong.empty();
            }
            pax = header.type() == 'x';
            if (seen.size() > most) {
                throw new IntegrityException(what + " has more than " + most + " files");
            }
            position = behind(position, size);
        }
    }

    private void add(TarHeader header, long size, long position, UnaryOperator<String> names, Set<String> seen) {
        requirePlain(header, size);
        String name = names.apply(header.name());
        if (!seen.add(name)) {
            throw new IntegrityException(what + " has '" + TarHeader.shown(name) + "' twice");
        }
        if (header.type() == '0') {
            files.put(name, new Slice(position, size));
        }
    }

    private void requirePlain(TarHeader header, long size) {
        @Nullable
        String kind = switch (header.type()) {
            case '0' -> null;
            case '5' -> size == 0 ? null : "a folder with bytes of its own";
            case '1', '2' -> "a link";
            case '3', '4', '6' -> "a device or pipe";
            case 'S' -> "a file with holes";
            case 'g' -> "a pax header for all files";
            case 'L', 'K' -> "a name longer than any in a layout";
            default -> "of the type '" + TarHeader.shown(String.valueOf(header.type())) + "'";
        };
        if (kind != null) {
            throw new IntegrityException(what + ": '" + TarHeader.shown(header.name()) + "' is " + kind
                    + "; an image layout has plain files only");
        }
    }

    private void requireNotCompressed(byte[] block) {
        boolean gzip = (block[0] & 0xFF) == 0x1F && (block[1] & 0xFF) == 0x8B;
        boolean zstd = (block[0] & 0xFF) == 0x28 && (block[1] & 0xFF) == 0xB5 && block[2] == 0x2F;
        if (gzip || zstd) {
            throw new IntegrityException(
                    what + " is compressed; unpack it to a plain tar first, so that its size tells" + " what is in it");
        }
    }

    /** Returns the place of the next header; what fills the last block up is nothing. */
    private long behind(long position, long size) throws IOException {
        long end = position + size;
        int rest = (int) (size % TarHeader.BLOCK);
        if (rest == 0) {
            return end;
        }
        int padding = TarHeader.BLOCK - rest;
        if (!isZero(bytes(end, padding))) {
            throw new IntegrityException(what + " is not sound: there is something between two files");
        }
        return end + padding;
    }

    private void requireEnd(long position) throws IOException {
        if (!isZero(block(position))) {
            throw new IntegrityException(what + " is not sound: there is something behind its end");
        }
        long rest = channel.size() - position;
        if (rest > MOST_PADDING || !isZero(bytes(position, (int) rest))) {
            throw new IntegrityException(what + " is not sound: there is something behind its end");
        }
    }

    private static boolean isZero(byte[] bytes) {
        for (byte each : bytes) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    private byte[] block(long position) throws IOException {
        return bytes(position, TarHeader.BLOCK);
    }

    private byte[] bytes(long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IntegrityException(what + " was cut off: it ends without the mark of its end");
            }
        }
        return buffer.array();
    }

    /** Returns the names of the files, in the order of the archive. */
    Set<String> names() {
        return Collections.unmodifiableSet(files.keySet());
    }

    private Slice slice(String name) {
        @Nullable Slice slice = files.get(name);
        if (slice == null) {
            throw new IntegrityException(what + " lacks '" + name + "'");
        }
        return slice;
    }

    /**
     * Returns the number of a file's bytes.
     *
     * @throws IntegrityException if it is not there
     */
    long size(String name) {
        return slice(name).size;
    }

    /**
     * Opens part of a file.
     *
     * @throws IntegrityException if it is not there
     */
    InputStream open(String name, long offset, long length) {
        Slice slice = slice(name);
        long from = Math.min(offset, slice.size);
        return new Part(slice.offset + from, Math.min(length, slice.size - from));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Reads at its own position, whatever others read. */
    private final class Part extends InputStream {
        private long position;
        private long left;

        Part(long position, long length) {
            this.position = position;
            this.left = length;
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
            if (left == 0) {
                return -1;
            }
            int count = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, left)), position);
            if (count < 0) {
                throw new EOFException(what + " became shorter while it was read");
            }
            position += count;
            left -= count;
            return count;
        }
    }
}
