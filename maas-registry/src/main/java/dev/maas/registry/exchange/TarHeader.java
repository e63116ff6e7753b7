package dev.maas.registry.exchange;

import dev.maas.IntegrityException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One header of a tar archive, as ustar, pax and GNU tar write it. Immutable.
 *
 * <p>Where readers of tar disagree, such as on what stands behind a name's end, there is nothing to guess: the header is refused.
 *
 * @param name the file's name, as it is written
 * @param size the number of its bytes
 * @param type what it is, {@code '0'} for a plain file
 */
record TarHeader(String name, long size, char type) {
    static final int BLOCK = 512;
    static final int NAME = 0;
    static final int MODE = 100;
    static final int OWNER = 108;
    static final int GROUP = 116;
    static final int SIZE = 124;
    static final int TIME = 136;
    static final int CHECKSUM = 148;
    static final int TYPE = 156;
    static final int LINK = 157;
    static final int MAGIC = 257;
    static final int MAGIC_VERSION = 263;
    static final int PREFIX = 345;

    private static final int PREFIX_LENGTH = 155;
    private static final byte[] POSIX = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GNU = "ustar  \0".getBytes(StandardCharsets.US_ASCII);

    /** Returns the sum of the header's bytes, with blanks in place of the sum itself. */
    static int checksum(byte[] block) {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean itself = i >= CHECKSUM && i < CHECKSUM + 8;
            sum += itself ? ' ' : block[i] & 0xFF;
        }
        return sum;
    }

    /**
     * Reads a header.
     *
     * @param what the archive, for messages
     * @throws IntegrityException if it is not sound
     */
    static TarHeader read(byte[] block, String what) {
        byte[] magic = Arrays.copyOfRange(block, MAGIC, MAGIC + POSIX.length);
        if (!Arrays.equals(magic, POSIX) && !Arrays.equals(magic, GNU)) {
            throw new IntegrityException(what + " is not a tar archive, or is damaged: a header lacks 'ustar'");
        }
        if (octal(block, CHECKSUM, 8, what) != checksum(block)) {
            throw new IntegrityException(what + " is damaged: the checksum of a header does not fit");
        }
        String name = text(block, NAME, 100, what);
        char type = block[TYPE] == 0 ? '0' : (char) (block[TYPE] & 0x7F);
        boolean plain = type == '0' || type == '5' || type == 'x';
        if (plain && !text(block, LINK, 100, what).isEmpty()) {
            throw new IntegrityException(what + ": '" + shown(name) + "' is no link and yet names a target");
        }
        if (plain && !text(block, PREFIX, PREFIX_LENGTH, what).isEmpty()) {
            throw new IntegrityException(what + ": '" + shown(name) + "' has a name longer than any in a layout");
        }
        return new TarHeader(name, number(block, SIZE, 12, what), type);
    }

    /** Reads a text that ends with the field or with a zero, behind which there is nothing. */
    private static String text(byte[] block, int offset, int length, String what) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        for (int i = end; i < offset + length; i++) {
            if (block[i] != 0) {
                throw new IntegrityException(what + " is not sound: a header has something behind the end of a text");
            }
        }
        return new String(block, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    /** Reads a number in octal digits, or in GNU's binary form where those do not suffice. */
    private static long number(byte[] block, int offset, int length, String what) {
        if ((block[offset] & 0x80) == 0) {
            return octal(block, offset, length, what);
        }
        long value = block[offset] & 0x7F;
        for (int i = offset + 1; i < offset + length; i++) {
            if (value > Long.MAX_VALUE >> 8) {
                throw new IntegrityException(what + " is not sound: a header has a size out of range");
            }
            value = value << 8 | (block[i] & 0xFF);
        }
        return value;
    }

    private static long octal(byte[] block, int offset, int length, String what) {
        String digits = new String(block, offset, length, StandardCharsets.ISO_8859_1);
        int end = digits.indexOf('\0');
        String number = (end < 0 ? digits : digits.substring(0, end)).strip();
        if (!number.matches("[0-7]{1,12}")) {
            throw new IntegrityException(what + " is not sound: a header has a number that is none");
        }
        return Long.parseLong(number, 8);
    }

    /** A hostile name may move the cursor or be long. */
    static String shown(String name) {
        String cut = name.length() <= 100 ? name : name.substring(0, 100) + "…";
        return cut.replaceAll("[^\\x20-\\x7E…]", "?");
    }
}
