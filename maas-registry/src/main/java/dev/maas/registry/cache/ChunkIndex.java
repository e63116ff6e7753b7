package dev.maas.registry.cache;

import dev.maas.IntegrityException;
import dev.maas.registry.format.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The chunks that a blob consists of, so that who has most of them fetches only the rest. Immutable and safe for use by any thread.
 *
 * <p>It is a hint. Its digests are cut short, which keeps it small: chunks that they tell apart wrongly, by chance or by intent, show when the
 * whole blob is held against its own digest, and the blob is then fetched whole. Since the index of a large blob is large too, it has two levels:
 * chunks are in groups, which end where a chunk's digest says so, and who has the index of a similar blob reads only the groups that are new.
 * The written form, with big-endian numbers:
 *
 * <pre>
 *  8 bytes  MAASCDC1
 * 32 bytes  the SHA-256 of the blob
 *  8 bytes  the size of the blob
 *  4 bytes  the number of groups
 * then for each group
 *  2 bytes  the number of its chunks
 *  8 bytes  the first of the SHA-256 of its chunks' entries
 * then for each chunk
 *  2 bytes  its length less 1
 *  6 bytes  the first of its SHA-256
 * </pre>
 */
public final class ChunkIndex {
    /** What an index is, among a version's attachments. */
    public static final String MEDIA_TYPE = "application/vnd.maas.chunks.v1";

    /** The size from which on a blob is worth an index. */
    public static final long LEAST_BLOB = 4 << 20;

    /** The bytes of the largest index, for a blob of some 35 GB; larger blobs have none. */
    public static final int LARGEST = 16 << 20;

    static final int HEADER = 8 + 32 + 8 + 4;
    static final int GROUP = 2 + 8;

    private static final byte[] MAGIC = "MAASCDC1".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_CHUNKS = (LARGEST - (1 << 20)) / Long.BYTES;
    private static final int MOST_IN_GROUP = 512;
    private static final int DIGEST_BITS = 48;

    /** A group ends with a chunk whose digest has these bits zero, which one of 64 has. */
    private static final long GROUP_END = 63;

    private final byte[] bytes;
    private final List<Group> groups;
    private final long[] chunks;

    private ChunkIndex(byte[] bytes, List<Group> groups, long[] chunks) {
        this.bytes = bytes;
        this.groups = groups;
        this.chunks = chunks;
    }

    /**
     * Some chunks in a row.
     *
     * @param chunks their number
     * @param digest what tells their entries from others
     * @param offset where their entries begin in the written form
     */
    record Group(int chunks, long digest, int offset) {
        int bytes() {
            return chunks * Long.BYTES;
        }
    }

    /**
     * Reads an index that may be hostile.
     *
     * @param bytes its written form, which is not copied
     * @param hex the digest of the blob
     * @throws IntegrityException if it is not an index of that blob, or its parts do not add up
     */
    static ChunkIndex read(byte[] bytes, String hex) {
        List<Group> groups = groups(bytes, hex);
        Group last = groups.get(groups.size() - 1);
        int start = groups.get(0).offset;
        if (last.offset + last.bytes() != bytes.length) {
            throw unsound("has " + bytes.length + " bytes, where its groups say " + (last.offset + last.bytes()));
        }
        long[] chunks = new long[(bytes.length - start) / Long.BYTES];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        buffer.position(start).asLongBuffer().get(chunks);
        requireLengths(chunks, buffer.getLong(MAGIC.length + 32));
        return new ChunkIndex(bytes, groups, chunks);
    }

    /** Returns the bytes that the header and the groups take together, as the first bytes of an index say. */
    static int headBytes(byte[] first) {
        if (first.length < HEADER) {
            throw unsound("has " + first.length + " bytes, and " + HEADER + " are its beginning");
        }
        int groups = ByteBuffer.wrap(first).getInt(HEADER - Integer.BYTES);
        if (groups < 1 || groups > (LARGEST - HEADER) / GROUP) {
            throw unsound("has " + Integer.toUnsignedString(groups) + " groups, which no index has");
        }
        return HEADER + groups * GROUP;
    }

    /** Reads the groups from a beginning that has them all. */
    static List<Group> groups(byte[] head, String hex) {
        int size = headBytes(head);
        if (head.length < size || !Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw unsound("does not begin as an index does");
        }
        if (!HexFormat.of().formatHex(head, MAGIC.length, MAGIC.length + 32).equals(hex)) {
            throw unsound("is of another blob");
        }
        ByteBuffer buffer = ByteBuffer.wrap(head).position(HEADER);
        List<Group> groups = new ArrayList<>();
        int offset = size;
        while (buffer.position() < size) {
            Group group = new Group(buffer.getShort() & 0xFFFF, buffer.getLong(), offset);
            offset += group.bytes();
            if (group.chunks < 1 || offset > LARGEST) {
                throw unsound("has a group of " + group.chunks + " chunks, or too many of them");
            }
            groups.add(group);
        }
        return groups;
    }

    private static void requireLengths(long[] chunks, long size) {
        long sum = 0;
        for (int i = 0; i < chunks.length; i++) {
            if (i + 1 < chunks.length && length(chunks[i]) < Chunker.SHORTEST) {
                throw unsound(
                        "has a chunk of " + length(chunks[i]) + " bytes; " + Chunker.SHORTEST + " are the fewest");
            }
            sum += length(chunks[i]);
        }
        if (sum != size) {
            throw unsound("has chunks of " + sum + " bytes in all, where the blob has " + size);
        }
    }

    private static IntegrityException unsound(String how) {
        return new IntegrityException("A chunk index " + how);
    }

    /** Returns the written form, which nobody writes to. */
    byte[] bytes() {
        return bytes;
    }

    /** Returns the size of the blob. */
    long size() {
        return ByteBuffer.wrap(bytes).getLong(MAGIC.length + 32);
    }

    List<Group> groups() {
        return groups;
    }

    /** Returns the number of chunks. */
    int count() {
        return chunks.length;
    }

    /** Returns what tells a chunk from others: its length and digest. */
    long chunk(int place) {
        return chunks[place];
    }

    /** Returns the number of a chunk's bytes. */
    static int length(long chunk) {
        return (int) (chunk >>> DIGEST_BITS) + 1;
    }

    /** Returns what tells a chunk with these bytes from others. */
    static long of(byte[] bytes, int length) {
        MessageDigest digest = Sha256.start();
        digest.update(bytes, 0, length);
        return of(digest, length);
    }

    private static long of(MessageDigest digest, int length) {
        return ((long) (length - 1) << DIGEST_BITS) | (first(digest) >>> (Long.SIZE - DIGEST_BITS));
    }

    private static long first(MessageDigest digest) {
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    /** Writes an index while the bytes of its blob go by. Used by one thread. */
    public static final class Writer {
        private final Chunker chunker = new Chunker();
        private final MessageDigest digest = Sha256.start();
        private long[] chunks = new long[256];
        private int chunkCount;
        private int length;
        private long size;

        /** Makes a writer that has seen no bytes. */
        public Writer() {}

        /** Takes the next bytes of the blob. */
        public void update(byte[] bytes, int offset, int count) {
            int place = offset;
            int end = offset + count;
            while (place < end) {
                int cut = chunker.next(bytes, place, end);
                int to = cut < 0 ? end : cut;
                digest.update(bytes, place, to - place);
                length += to - place;
                if (cut >= 0) {
                    add();
                }
                place = to;
            }
            size += count;
        }

        private void add() {
            long chunk = of(digest, length);
            length = 0;
            if (chunkCount <= MOST_CHUNKS) {
                if (chunkCount == chunks.length) {
                    chunks = Arrays.copyOf(chunks, 2 * chunkCount);
                }
                chunks[chunkCount++] = chunk;
            }
        }

        /**
         * Ends the index.
         *
         * @param hex the digest of the blob
         * @return its written form; empty if the blob is too small or too large for one
         */
        public Optional<byte[]> finish(String hex) {
            if (length > 0) {
                add();
            }
            if (size < LEAST_BLOB || chunkCount > MOST_CHUNKS) {
                return Optional.empty();
            }
            List<Integer> ends = new ArrayList<>();
            for (int i = 0; i < chunkCount; i++) {
                int start = ends.isEmpty() ? 0 : ends.get(ends.size() - 1);
                if ((chunks[i] & GROUP_END) == 0 || i + 1 - start == MOST_IN_GROUP || i + 1 == chunkCount) {
                    ends.add(i + 1);
                }
            }
            return Optional.of(write(hex, ends));
        }

        private byte[] write(String hex, List<Integer> ends) {
            ByteBuffer buffer = ByteBuffer.allocate(HEADER + ends.size() * GROUP + chunkCount * Long.BYTES);
            buffer.put(MAGIC).put(HexFormat.of().parseHex(hex)).putLong(size).putInt(ends.size());
            int entries = HEADER + ends.size() * GROUP;
            buffer.duplicate().position(entries).asLongBuffer().put(chunks, 0, chunkCount);
            int start = 0;
            for (int end : ends) {
                int from = entries + start * Long.BYTES;
                digest.update(buffer.array(), from, (end - start) * Long.BYTES);
                buffer.putShort((short) (end - start)).putLong(first(digest));
                start = end;
            }
            return buffer.array();
        }
    }
}
