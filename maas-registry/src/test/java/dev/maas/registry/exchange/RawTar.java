package dev.maas.registry.exchange;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes tar archives as an adversary would: any name, any type. */
public final class RawTar {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public RawTar entry(String name, char type, String content) {
        return entry(name, type, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawTar entry(String name, char type, byte[] content) {
        byte[] block = new byte[TarHeader.BLOCK];
        text(block, TarHeader.NAME, name);
        text(block, TarHeader.SIZE, String.format(Locale.ROOT, "%011o", content.length));
        block[TarHeader.TYPE] = (byte) type;
        text(block, TarHeader.MAGIC, "ustar  ");
        seal(block, 0);
        out.writeBytes(block);
        out.writeBytes(content);
        int rest = content.length % TarHeader.BLOCK;
        out.writeBytes(new byte[rest == 0 ? 0 : TarHeader.BLOCK - rest]);
        return this;
    }

    public RawTar pax(String records) {
        return entry("pax", 'x', records);
    }

    /** Ends the archive with as many blocks of zeros more than it needs. */
    public byte[] end(int blocks) {
        out.writeBytes(new byte[(2 + blocks) * TarHeader.BLOCK]);
        return out.toByteArray();
    }

    /** Writes the checksum of the header at that place. */
    static void seal(byte[] archive, int offset) {
        byte[] block = java.util.Arrays.copyOfRange(archive, offset, offset + TarHeader.BLOCK);
        text(archive, offset + TarHeader.CHECKSUM, String.format(Locale.ROOT, "%06o\0 ", TarHeader.checksum(block)));
    }

    private static void text(byte[] block, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, offset, bytes.length);
    }
}
