package dev.maas.gate;

import dev.maas.ModelLoadException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Reads protobuf's wire format from a stream, one field at a time, in one buffer of fixed size.
 *
 * <p>Weights make up nearly all of a model and are skipped, never read, so time and memory follow the graph, not the file. The
 * caller walks fields: {@link #nextField()} moves to the next one of the present message, {@link #message} descends into one that
 * is a message itself, and whatever is not read must be passed over with {@link #skip()}.
 *
 * <p>It is stricter than protobuf's own parsers, which merge a message that comes twice, let the last of several scalars win, and
 * keep a field of the wrong type as unknown. No writer of models does any of this, and a reader that decides such cases otherwise
 * than the native parser behind it would vet another model than the one that runs; so all of it is refused. So are groups, which
 * ONNX never had.
 *
 * <p>Not safe for use by several threads.
 */
final class WireReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_VARINT_BYTES = 10;
    private static final int MAX_TAG_BYTES = 5;

    private final InputStream in;
    private final String file;
    private final String kind;
    private final long size;
    private final byte[] buffer;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    // What lies in the buffer: bytes [next, filled), the first of them at filePosition() of the file.
    private int next;
    private int filled;
    private long filledTo;

    // One entry for each message that is open: its name, where it ends, and a bit for each field seen in it.
    private final String[] names;
    private final long[] ends;
    private final long[] seen;
    private int depth;

    private int field;
    private int wireType;

    /**
     * Reads a message of that size, which is the whole file, with at most that many messages inside each other below it.
     *
     * @param kind what the file should be, for messages, such as {@code ONNX model}
     */
    WireReader(String file, String kind, InputStream in, long size, int maxDepth) {
        this.file = file;
        this.kind = kind;
        this.in = in;
        this.size = size;
        this.buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, size))];
        this.names = new String[maxDepth + 1];
        this.ends = new long[maxDepth + 1];
        this.seen = new long[maxDepth + 1];
        Arrays.fill(names, "");
        ends[0] = size;
    }

    /** Overwrites what lies in the buffer, which may have been decrypted on the way. */
    void wipe() {
        Arrays.fill(buffer, (byte) 0);
        next = filled;
    }

    /** Moves to the next field of the present message, or returns false at the message's end. */
    boolean nextField() throws IOException {
        if (remaining() == 0) {
            return false;
        }
        long tag = rawVarint(MAX_TAG_BYTES);
        if (tag >>> 3 == 0 || tag >>> Integer.SIZE != 0) {
            throw malformed("a field has the number " + (tag >>> 3));
        }
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (wireType != VARINT && wireType != FIXED64 && wireType != BYTES && wireType != FIXED32) {
            throw malformed("field " + field + " has the wire type " + wireType + ", which ONNX does not use");
        }
        return true;
    }

    /** Returns the number of the present field. */
    int field() {
        return field;
    }

    /** Marks the present field as one that a message holds once. */
    WireReader once() {
        long bit = 1L << field;
        if (field < Long.SIZE && (seen[depth] & bit) != 0) {
            throw malformed("field " + field + " comes twice, but a message holds it once");
        }
        seen[depth] |= bit;
        return this;
    }

    /** Reads an integer. */
    long integer() throws IOException {
        require(VARINT);
        return rawVarint(MAX_VARINT_BYTES);
    }

    /** Reads one integer, or many that are packed together. */
    void integers(LongConsumer consumer) throws IOException {
        if (wireType == VARINT) {
            consumer.accept(rawVarint(MAX_VARINT_BYTES));
            return;
        }
        long length = length();
        long end = position() + length;
        while (position() < end) {
            consumer.accept(rawVarint(MAX_VARINT_BYTES));
        }
        if (position() != end) {
            throw malformed("the last of the packed integers in field " + field + " is cut off");
        }
    }

    /** Passes over one integer, or many that are packed together, and returns how many. */
    long skipIntegers() throws IOException {
        long[] count = {0};
        integers(value -> count[0]++);
        return count[0];
    }

    /** Passes over one value of four or eight bytes, or many that are packed together, and returns how many. */
    long skipFixed(int width) throws IOException {
        if (wireType == (width == Integer.BYTES ? FIXED32 : FIXED64)) {
            skip();
            return 1;
        }
        long length = length();
        if (length % width != 0) {
            throw malformed("field " + field + " holds " + length + " bytes of values of " + width + " bytes each");
        }
        skipExactly(length);
        return length / width;
    }

    /** Reads one value of four bytes, or many that are packed together. */
    void fixed32(LongConsumer consumer) throws IOException {
        fixed(FIXED32, Integer.BYTES, consumer);
    }

    /** Reads one value of eight bytes, or many that are packed together. */
    void fixed64(LongConsumer consumer) throws IOException {
        fixed(FIXED64, Long.BYTES, consumer);
    }

    private void fixed(int single, int width, LongConsumer consumer) throws IOException {
        long length = wireType == single ? width : length();
        if (length % width != 0) {
            throw malformed("field " + field + " holds " + length + " bytes of values of " + width + " bytes each");
        }
        for (long read = 0; read < length; read += width) {
            long value = 0;
            for (int shift = 0; shift < width * Byte.SIZE; shift += Byte.SIZE) {
                value |= (long) nextByte() << shift;
            }
            consumer.accept(value);
        }
    }

    /** Reads a text of at most that many bytes, in which whatever is no sound UTF-8 becomes U+FFFD. */
    String looseText(int maxBytes) throws IOException {
        return new String(textBytes(maxBytes), StandardCharsets.UTF_8);
    }

    private byte[] textBytes(int maxBytes) throws IOException {
        long length = length();
        if (length > maxBytes) {
            throw tooLarge("field " + field + " is a text of " + length + " bytes; the limit is " + maxBytes);
        }
        byte[] bytes = new byte[(int) length];
        readInto(bytes);
        return bytes;
    }

    /** Reads a text of at most that many bytes, which must be sound UTF-8 without NUL, where native code would cut it off. */
    String text(int maxBytes) throws IOException {
        byte[] bytes = textBytes(maxBytes);
        boolean ascii = true;
        for (byte b : bytes) {
            ascii &= b >= 0;
            if (b == 0) {
                throw malformed("field " + field + " is a text with a NUL in it");
            }
        }
        if (ascii) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        try {
            return utf8.decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw malformed("field " + field + " is a text, but no sound UTF-8");
        }
    }

    /** Reads bytes, at most that many. */
    byte[] bytes(long maxBytes) throws IOException {
        long length = length();
        if (length > maxBytes) {
            throw tooLarge("field " + field + " holds " + length + " bytes; the limit is " + maxBytes);
        }
        byte[] bytes = new byte[Math.toIntExact(length)];
        readInto(bytes);
        return bytes;
    }

    /** Passes over bytes and returns how many there were. */
    long skipBytes() throws IOException {
        long length = length();
        skipExactly(length);
        return length;
    }

    /** Passes over the present field, whatever it is. */
    void skip() throws IOException {
        switch (wireType) {
            case VARINT -> rawVarint(MAX_VARINT_BYTES);
            case FIXED64 -> skipWithinMessage(Long.BYTES);
            case FIXED32 -> skipWithinMessage(Integer.BYTES);
            default -> skipBytes();
        }
    }

    /** Descends into the present field, a message, and lets the body read all of its fields. */
    void message(String name, Body body) throws IOException {
        long length = length();
        long end = position() + length;
        if (depth + 1 == ends.length) {
            throw malformed("messages lie more than " + depth + " levels deep inside each other");
        }
        depth++;
        names[depth] = name;
        ends[depth] = end;
        seen[depth] = 0;
        body.read();
        depth--;
    }

    /** What reads the fields of one message. */
    @FunctionalInterface
    interface Body {
        /** Calls {@link #nextField()} until it returns false. */
        void read() throws IOException;
    }

    /** Returns how deep the present message lies; 0 for the whole file. */
    int depth() {
        return depth;
    }

    /** Returns an exception that says what is wrong, and where. */
    ModelLoadException malformed(String what) {
        return new ModelLoadException(
                Shown.name(file) + " is not a sound " + kind + ": " + what + where() + ". Export it or copy it again");
    }

    /** Returns an exception that says what the gate's limits do not allow, and where. */
    ModelLoadException tooLarge(String what) {
        return new ModelLoadException(Shown.name(file) + " goes beyond the gate's limits: " + what + where()
                + ". Raise the limit only if you trust who made it");
    }

    private String where() {
        String path = String.join(".", Arrays.asList(names).subList(Math.min(1, depth), depth + 1));
        return " (" + shortened(path) + "at byte " + position() + " of " + size + ")";
    }

    private static String shortened(String path) {
        if (path.isEmpty()) {
            return "";
        }
        int most = 120;
        return "in " + (path.length() <= most ? path : "…" + path.substring(path.length() - most)) + ", ";
    }

    private void require(int wanted) {
        if (wireType != wanted) {
            throw malformed("field " + field + " has the wire type " + wireType + "; expected " + wanted);
        }
    }

    private long length() throws IOException {
        require(BYTES);
        long length = rawVarint(MAX_VARINT_BYTES);
        long remaining = remaining();
        if (length < 0 || length > remaining) {
            String what = ends[depth] == size ? "; the file is damaged or cut off" : "";
            throw malformed("field " + field + " claims " + Long.toUnsignedString(length) + " bytes, but only "
                    + remaining + " remain" + what);
        }
        return length;
    }

    private long rawVarint(int maxBytes) throws IOException {
        long value = 0;
        for (int count = 0; count < maxBytes; count++) {
            int b = nextByte();
            value |= (long) (b & 0x7f) << (7 * count);
            if (b < 0x80) {
                return value;
            }
        }
        throw malformed("an integer is longer than " + maxBytes + " bytes");
    }

    /** Returns how many bytes of the present message are left. */
    long remaining() {
        return ends[depth] - position();
    }

    /** Returns how many bytes of the file were read or passed over. */
    long position() {
        return filledTo - (filled - next);
    }

    private int nextByte() throws IOException {
        if (remaining() == 0) {
            throw malformed("the " + (depth == 0 ? "file" : "message") + " ends in the middle of a field");
        }
        if (next == filled) {
            fill();
        }
        return buffer[next++] & 0xff;
    }

    private void fill() throws IOException {
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, size - filledTo));
        if (count <= 0) {
            throw new EOFException("Ended at byte " + filledTo + " of " + size);
        }
        next = 0;
        filled = count;
        filledTo += count;
    }

    private void readInto(byte[] target) throws IOException {
        int done = 0;
        while (done < target.length) {
            if (next == filled) {
                fill();
            }
            int count = Math.min(target.length - done, filled - next);
            System.arraycopy(buffer, next, target, done, count);
            next += count;
            done += count;
        }
    }

    private void skipWithinMessage(long count) throws IOException {
        if (count > remaining()) {
            throw malformed("the " + (depth == 0 ? "file" : "message") + " ends in the middle of a field");
        }
        skipExactly(count);
    }

    /** Skips in the stream all but the last byte, which is read, so that bytes which are not there are noticed. */
    private void skipExactly(long count) throws IOException {
        long buffered = Math.min(count, filled - next);
        next += (int) buffered;
        long rest = count - buffered;
        if (rest > 0) {
            in.skipNBytes(rest - 1);
            filledTo += rest - 1;
            fill();
            next++;
        }
    }
}
