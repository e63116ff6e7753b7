package dev.maas.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireReaderTest {
    private static WireReader reader(byte[] bytes) {
        return new WireReader("m", "test", new ByteArrayInputStream(bytes), bytes.length, 100);
    }

    private static WireReader reader(String hex) {
        return reader(HexFormat.of().parseHex(hex));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 300, Integer.MAX_VALUE, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void readsIntegers(long value) throws IOException {
        WireReader reader = reader(new WireWriter().integer(3, value).toBytes());

        assertThat(reader.nextField()).isTrue();
        assertThat(reader.field()).isEqualTo(3);
        assertThat(reader.integer()).isEqualTo(value);
        assertThat(reader.nextField()).isFalse();
    }

    @Test
    void readsTextsOfAnyLanguage() throws IOException {
        WireReader reader =
                reader(new WireWriter().text(1, "größe 大 😀").text(2, "plain").toBytes());

        reader.nextField();
        assertThat(reader.text(100)).isEqualTo("größe 大 😀");
        reader.nextField();
        assertThat(reader.text(5)).isEqualTo("plain");
    }

    @Test
    void readsValuesOfFixedWidthAloneAndPacked() throws IOException {
        WireReader reader = reader("25" + "01020304" + "220800000000ffffffff" + "29" + "0102030405060708");
        List<Long> values = new ArrayList<>();

        reader.nextField();
        reader.fixed32(values::add);
        reader.nextField();
        reader.fixed32(values::add);
        reader.nextField();
        reader.fixed64(values::add);

        assertThat(values).containsExactly(0x04030201L, 0L, 0xffffffffL, 0x0807060504030201L);
        assertThat(reader.nextField()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "00, a field has the number 0",
        "0b, wire type 3",
        "0c, wire type 4",
        "0e, wire type 6",
        "0f, wire type 7",
        "808080808001, an integer is longer than 5 bytes",
        "ffffffff7f, a field has the number",
        "08, the file ends in the middle of a field",
        "0880, the file ends in the middle of a field",
        "0a, the file ends in the middle of a field",
        "0a05aa, 'claims 5 bytes, but only 1 remain; the file is damaged or cut off'",
        "0affffffffffffffffff01, claims 18446744073709551615 bytes",
        "0affffffff0f, claims 4294967295 bytes",
        "0d010203, the file ends in the middle of a field",
        "0901020304050607, the file ends in the middle of a field",
        "08ffffffffffffffffffff01, an integer is longer than 10 bytes",
    })
    void refusesWhatIsNoField(String hex, String reason) {
        WireReader reader = reader(hex);

        assertThatThrownBy(() -> {
                    while (reader.nextField()) {
                        reader.skip();
                    }
                })
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aMessageEndsWhereItsLengthSays() throws IOException {
        // A message of two bytes, of which the second begins an integer that would go on in the bytes after it.
        WireReader reader = reader("0a02" + "0880" + "01");

        reader.nextField();

        assertThatThrownBy(() -> reader.message("inner", () -> {
                    reader.nextField();
                    reader.integer();
                }))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("the message ends in the middle of a field (in inner, at byte 4 of 5)");
    }

    @Test
    void aMessageInsideClaimsNoMoreThanTheOneAround() throws IOException {
        WireReader reader = reader("0a03" + "0a05aa" + "0000000000");

        reader.nextField();

        assertThatThrownBy(() -> reader.message("inner", () -> {
                    reader.nextField();
                    reader.skip();
                }))
                .hasMessageContaining("claims 5 bytes, but only 1 remain");
    }

    @Test
    void packedIntegersEndWithTheirField() throws IOException {
        WireReader reader = reader("0a0180" + "01");

        reader.nextField();

        assertThatThrownBy(reader::skipIntegers).hasMessageContaining("packed integers in field 1 is cut off");
    }

    @Test
    void aTextIsNotReadWhereItIsTooLong() throws IOException {
        WireReader reader = reader(new WireWriter().text(1, "abcdef").toBytes());

        reader.nextField();

        assertThatThrownBy(() -> reader.text(5)).hasMessageContaining("a text of 6 bytes; the limit is 5");
    }

    @Test
    void everyMessageMayHoldAFieldOnce() throws IOException {
        WireWriter inner = new WireWriter().integer(1, 5);
        WireReader reader = reader(new WireWriter()
                .integer(1, 5)
                .message(2, inner)
                .message(2, inner)
                .toBytes());

        while (reader.nextField()) {
            if (reader.field() == 1) {
                reader.once().integer();
            } else {
                reader.message("inner", () -> {
                    while (reader.nextField()) {
                        assertThat(reader.once().integer()).isEqualTo(5);
                    }
                });
            }
        }
        assertThat(reader.depth()).isZero();
    }

    @Test
    void depthIsBounded() throws IOException {
        WireWriter message = new WireWriter();
        for (int i = 0; i < 5; i++) {
            message = new WireWriter().message(1, message);
        }
        byte[] bytes = message.toBytes();

        assertThat(descend(new WireReader("m", "test", new ByteArrayInputStream(bytes), bytes.length, 5)))
                .isEqualTo(5);
        assertThatThrownBy(() -> descend(new WireReader("m", "test", new ByteArrayInputStream(bytes), bytes.length, 4)))
                .hasMessageContaining("more than 4 levels deep");
    }

    private static int descend(WireReader reader) throws IOException {
        int[] deepest = {reader.depth()};
        while (reader.nextField()) {
            reader.message("m", () -> deepest[0] = descend(reader));
        }
        return deepest[0];
    }

    @Test
    void aFileThatIsShorterThanItWasIsAnError() {
        byte[] bytes = new WireWriter().bytes(1, new byte[100_000]).toBytes();
        for (int length : new int[] {0, 1, 3, 50_000, bytes.length - 1}) {
            InputStream in = new ByteArrayInputStream(bytes, 0, length);
            WireReader reader = new WireReader("m", "test", in, bytes.length, 1);

            assertThatThrownBy(() -> {
                        reader.nextField();
                        reader.skip();
                    })
                    .isInstanceOf(EOFException.class);
        }
    }

    /** Reading in pieces of any size, and skipping over any, gives what was written. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void givesBackWhatWasWritten(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        WireWriter writer = new WireWriter();
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int field = 1 + random.nextInt(3);
            String text = Integer.toHexString(random.nextInt()).repeat(random.nextInt(1 << random.nextInt(14)));
            writer.text(field, text);
            written.add(field + text);
        }
        byte[] bytes = writer.toBytes();

        WireReader reader = new WireReader("m", "test", new Drops(bytes, random), bytes.length, 1);

        for (String expected : written) {
            assertThat(reader.nextField()).isTrue();
            if (random.nextInt(3) == 0) {
                reader.skip();
            } else {
                assertThat(reader.field() + reader.text(Integer.MAX_VALUE)).isEqualTo(expected);
            }
        }
        assertThat(reader.nextField()).isFalse();
        assertThat(reader.position()).isEqualTo(bytes.length);
    }

    /** Gives and skips fewer bytes than it is asked for, as streams may. */
    private static final class Drops extends ByteArrayInputStream {
        private final SplittableRandom random;

        Drops(byte[] bytes, SplittableRandom random) {
            super(bytes);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, length == 0 ? 0 : 1 + random.nextInt(length));
        }

        @Override
        public synchronized long skip(long count) {
            return super.skip(random.nextLong(Math.max(1, count)));
        }
    }

    @Test
    void looseTextReplacesWhatIsNoText() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("a".getBytes(StandardCharsets.UTF_8));
        bytes.write(0xff);
        byte[] message = new WireWriter().bytes(1, bytes.toByteArray()).toBytes();

        WireReader loose = reader(message);
        loose.nextField();
        assertThat(loose.looseText(10)).isEqualTo("a\ufffd");

        WireReader strict = reader(message);
        strict.nextField();
        assertThatThrownBy(() -> strict.text(10)).hasMessageContaining("no sound UTF-8");
    }
}
