package dev.maas.registry.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ImageLayoutTest {
    private static final byte[] INDEX = ascii("{\"manifests\":[]}");
    private static final String LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}";
    private static final byte[] BLOB = ascii("weights");

    @TempDir
    Path folder;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] layout() {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageLayoutWriter writer = new ImageLayoutWriter(out);
            writer.blob(BLOB);
            writer.finish(INDEX);
            return out.toByteArray();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private ImageLayoutReader open(byte[] archive) throws IOException {
        return ImageLayoutReader.open(Files.write(folder.resolve("spam.tar"), archive));
    }

    @Test
    void whatWasWrittenIsRead() throws Exception {
        try (ImageLayoutReader reader = open(layout())) {
            String hex = Sha256.hex(BLOB);
            assertThat(reader.blobs()).containsExactly(hex);
            assertThat(reader.size(hex)).isEqualTo(BLOB.length);
            assertThat(reader.bytes(hex, 100)).isEqualTo(BLOB);
            assertThat(reader.open(hex, 2, 3).readAllBytes()).isEqualTo(ascii("igh"));
            assertThat(reader.open(hex, 100, 3).readAllBytes()).isEmpty();
            assertThat(reader.index().has("manifests")).isTrue();
            assertThatThrownBy(() -> reader.bytes(hex, 3)).isInstanceOf(IntegrityException.class);
            assertThatThrownBy(() -> reader.size("0".repeat(64)))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("lacks");
        }
    }

    /** The file's size needs a pax header; its bytes are a hole on the disk. */
    @Test
    void sizesBeyondEightGibibytesAreWrittenAndRead() throws Exception {
        long size = (8L << 30) + 5;
        byte[] start = new byte[3 * TarHeader.BLOCK];
        ByteBuffer first = ByteBuffer.wrap(start);
        OutputStream out = new OutputStream() {
            @Override
            public void write(int b) {
                throw new UnsupportedOperationException("Written by blocks");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                first.put(bytes, offset, Math.min(length, first.remaining()));
            }
        };
        InputStream in = new InputStream() {
            private long left = size;

            @Override
            public int read() {
                throw new UnsupportedOperationException("Read by blocks");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                int count = (int) Math.min(length, left);
                left -= count;
                return count == 0 ? -1 : count;
            }
        };
        new TarWriter(out).add("index.json", size, in);
        Path file = folder.resolve("large.tar");
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.write(start);
            long blocks = (size + TarHeader.BLOCK - 1) / TarHeader.BLOCK;
            large.setLength(start.length + blocks * TarHeader.BLOCK + 2 * TarHeader.BLOCK);
        }
        try (TarFile tar = TarFile.open(file, "The archive", name -> name, 10)) {
            assertThat(tar.size("index.json")).isEqualTo(size);
            assertThat(tar.open("index.json", size - 3, 100).readAllBytes()).isEqualTo(new byte[3]);
        }
    }

    @Test
    void aStreamThatIsLongerOrShorterThanItsSizeIsRefused() throws Exception {
        ImageLayoutWriter writer = new ImageLayoutWriter(OutputStream.nullOutputStream());
        for (int size : new int[] {BLOB.length - 1, BLOB.length + 1}) {
            assertThatThrownBy(() -> writer.blob("" + size, size, new java.io.ByteArrayInputStream(BLOB)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void anArchiveThatIsNotThereIsNoDamage() {
        assertThatThrownBy(() -> ImageLayoutReader.open(folder.resolve("none.tar")))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("'none.tar' is not there")
                .hasMessageNotContaining(folder.toString());
        assertThatThrownBy(() -> ImageLayoutReader.open(folder)).isInstanceOf(RegistryException.class);
    }

    @Test
    void foldersAndALeadingDotAreWhatTarMakesOfAFolder() throws Exception {
        byte[] archive = new RawTar()
                .entry("./", '5', "")
                .entry("./blobs/", '5', "")
                .entry("./blobs/sha256/", '5', "")
                .entry("./oci-layout", '0', LAYOUT)
                .pax("30 mtime=1350244992.023960108\n")
                .entry("./blobs/sha256/" + Sha256.hex(BLOB), '0', "weights")
                .entry("./index.json", '\0', "{}")
                .end(17);
        try (ImageLayoutReader reader = open(archive)) {
            assertThat(reader.blobs()).containsExactly(Sha256.hex(BLOB));
        }
    }

    private static Arguments raw(String name, String reason, Consumer<RawTar> more) {
        RawTar tar = new RawTar().entry("oci-layout", '0', LAYOUT);
        more.accept(tar);
        return Arguments.of(name, reason, tar.entry("index.json", '0', "{}").end(0));
    }

    private static Arguments named(String name, String reason) {
        return raw("the name " + name.replaceAll("\\p{C}", "?"), reason, tar -> tar.entry(name, '0', ""));
    }

    private static Arguments typed(char type, String reason) {
        return raw("the type " + type, reason, tar -> tar.entry("blobs/sha256/" + "0".repeat(64), type, ""));
    }

    private static Arguments changed(String name, String reason, Consumer<ByteBuffer> change) {
        ByteBuffer bytes = ByteBuffer.wrap(layout());
        change.accept(bytes);
        return Arguments.of(name, reason, bytes.array());
    }

    private static Arguments header(String name, String reason, int offset, String text) {
        byte[] archive = layout();
        byte[] written = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(written, 0, archive, offset, written.length);
        RawTar.seal(archive, 0);
        return Arguments.of(name, reason, archive);
    }

    private static Arguments pax(String name, String reason, String records) {
        return raw(name, reason, tar -> tar.pax(records).entry("blobs/sha256/" + Sha256.hex(BLOB), '0', "weights"));
    }

    static Stream<Arguments> hostile() {
        byte[] sound = layout();
        return Stream.of(
                named("../oci-layout", "leads out"),
                named("blobs/../../x", "leads out"),
                named("/etc/passwd", "absolute"),
                named("C:/x", "absolute"),
                named("..\\x", "'\\'"),
                named("blobs/sha256/short", "no file of an image layout"),
                named("blobs/sha512/" + "0".repeat(64), "no file of an image layout"),
                named("BLOBS/sha256/" + "0".repeat(64), "no file of an image layout"),
                named("blobs/sha256/" + "A".repeat(64), "no file of an image layout"),
                named("readme\u001b[2J", "no file of an image layout"),
                named("", "a file where a folder is right"),
                named("blobs", "a file where a folder is right"),
                named("oci-layout", "twice"),
                named("./oci-layout", "twice"),
                typed('1', "a link"),
                typed('2', "a link"),
                typed('3', "a device"),
                typed('4', "a device"),
                typed('6', "a device"),
                typed('7', "of the type '7'"),
                typed('S', "a file with holes"),
                typed('L', "a name longer"),
                typed('K', "a name longer"),
                typed('g', "a pax header for all"),
                typed('M', "of the type 'M'"),
                raw("a folder with bytes", "bytes of its own", tar -> tar.entry("blobs/", '5', "hidden")),
                raw(
                        "a wrong digest",
                        "does not have the digest",
                        tar -> tar.entry("blobs/sha256/" + "0".repeat(64), '0', "weights")),
                pax("a path by pax", "'path'", "19 path=oci-layout\n"),
                pax("a link by pax", "'linkpath'", "14 linkpath=x\n"),
                pax("holes by pax", "'GNU.sparse.major'", "22 GNU.sparse.major=1\n"),
                pax("an unknown pax key", "'SCHILY.xattr'", "18 SCHILY.xattr=a\n"),
                pax("a size twice by pax", "twice", "9 size=7\n9 size=7\n"),
                pax("a negative size by pax", "size that is none", "11 size=-1\n"),
                pax("a huge size by pax", "size that is none", "29 size=99999999999999999999\n"),
                pax("a size beyond the end by pax", "cut off", "14 size=99999\n"),
                pax("a short pax record", "length", "5 size=7\n"),
                pax("a long pax record", "length", "99 size=7\n"),
                pax("a pax record of length 0", "length", "0 size=7\n"),
                pax("no pax record", "length", "size=7\n"),
                raw(
                        "two pax headers",
                        "follows another",
                        tar -> tar.pax("9 size=0\n").pax("9 size=0\n")),
                raw("a large pax header", "too large", tar -> tar.pax("x".repeat(70_000))),
                Arguments.of(
                        "a pax header at the end",
                        "no file behind it",
                        new RawTar()
                                .entry("oci-layout", '0', LAYOUT)
                                .pax("9 size=0\n")
                                .end(0)),
                changed("a bit flipped in a blob", "does not have the digest", bytes -> {
                    int place = 3 * TarHeader.BLOCK;
                    bytes.put(place, (byte) (bytes.get(place) ^ 1));
                }),
                changed("a bit flipped in a header", "checksum", bytes -> bytes.put(1, (byte) 'x')),
                changed("something between two files", "between two files", bytes -> bytes.put(1000, (byte) 1)),
                changed("something in the end mark", "behind its end", bytes -> bytes.put(sound.length - 1, (byte) 1)),
                header("a text behind a name's end", "behind the end of a text", 50, "x"),
                header("a target of no link", "names a target", TarHeader.LINK, "x"),
                header("a prefix to a name", "longer than any", TarHeader.PREFIX, ".."),
                header("no magic", "lacks 'ustar'", TarHeader.MAGIC, "vstar"),
                header("a size that is none", "a number that is none", TarHeader.SIZE, "9999999999"),
                header("a negative size", "out of range", TarHeader.SIZE, "\u00ff".repeat(12)),
                header("a huge size", "cut off", TarHeader.SIZE, "\u0080\0\0\0\0\u007f" + "\u00ff".repeat(6)),
                Arguments.of("nothing", "cut off", new byte[0]),
                Arguments.of("only an end", "lacks 'oci-layout'", new byte[2 * TarHeader.BLOCK]),
                Arguments.of("half a header", "cut off", Arrays.copyOf(sound, 300)),
                Arguments.of("half a file", "cut off", Arrays.copyOf(sound, 520)),
                Arguments.of("no end mark", "cut off", Arrays.copyOf(sound, sound.length - 2 * TarHeader.BLOCK)),
                Arguments.of("half an end mark", "cut off", Arrays.copyOf(sound, sound.length - TarHeader.BLOCK)),
                Arguments.of("another archive behind the end", "behind its end", joined(sound, sound)),
                Arguments.of(
                        "zeros without end behind the end",
                        "behind its end",
                        Arrays.copyOf(sound, sound.length + (2 << 20))),
                Arguments.of("gzip", "compressed", zipped(sound)),
                Arguments.of("no tar", "not a tar archive", ascii("x".repeat(2000))),
                Arguments.of(
                        "no index",
                        "lacks 'index.json'",
                        new RawTar().entry("oci-layout", '0', LAYOUT).end(0)),
                Arguments.of(
                        "no layout",
                        "lacks 'oci-layout'",
                        new RawTar().entry("index.json", '0', "{}").end(0)),
                Arguments.of(
                        "another layout",
                        "is not 1.0.0",
                        new RawTar()
                                .entry("oci-layout", '0', "{\"imageLayoutVersion\":\"9\"}")
                                .end(0)),
                Arguments.of(
                        "a layout that is too large",
                        "more than",
                        new RawTar().entry("oci-layout", '0', " ".repeat(5000)).end(0)),
                Arguments.of(
                        "an index that is no JSON",
                        "not sound JSON",
                        new RawTar()
                                .entry("oci-layout", '0', LAYOUT)
                                .entry("index.json", '0', "[")
                                .end(0)));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static byte[] zipped(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        byte[] zipped = out.toByteArray();
        return Arrays.copyOf(zipped, Math.max(zipped.length, TarHeader.BLOCK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void aHostileArchiveIsRefusedWithTheReason(String name, String reason, byte[] archive) {
        assertThatThrownBy(() -> {
                    try (ImageLayoutReader reader = open(archive)) {
                        reader.index();
                    }
                })
                .as(name)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("The archive 'spam.tar'")
                .hasMessageContaining(reason)
                .hasMessageNotContaining(folder.toString())
                .hasMessageNotContaining("\u001b");
    }

    @Test
    void moreFilesThanAllowedAreRefused() throws Exception {
        RawTar tar = new RawTar();
        for (int i = 0; i < 11; i++) {
            tar.entry("file" + i, '0', "");
        }
        Path file = Files.write(folder.resolve("many.tar"), tar.end(0));
        assertThatThrownBy(() -> TarFile.open(file, "The archive", name -> name, 10))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("more than 10 files");
    }
}
