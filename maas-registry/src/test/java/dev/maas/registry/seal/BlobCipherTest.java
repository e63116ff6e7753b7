package dev.maas.registry.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.StreamingAead;
import com.google.crypto.tink.streamingaead.AesGcmHkdfStreamingKey;
import com.google.crypto.tink.streamingaead.PredefinedStreamingAeadParameters;
import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.util.SecretBytes;
import dev.maas.IntegrityException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlobCipherTest {
    private static final int SEGMENT = BlobCipher.SEGMENT_BYTES;
    private static final int FIRST = SEGMENT - BlobCipher.HEADER_BYTES - BlobCipher.TAG_BYTES;
    private static final int NEXT = SEGMENT - BlobCipher.TAG_BYTES;
    private static final byte[] CONTEXT = "context".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY = random(BlobCipher.KEY_BYTES);

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] sealed(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BlobCipher.encrypt(new ByteArrayInputStream(plain), out, KEY, CONTEXT);
        return out.toByteArray();
    }

    private static DecryptingInputStream open(byte[] sealed) {
        return open(sealed, KEY, CONTEXT);
    }

    private static DecryptingInputStream open(byte[] sealed, byte[] key, byte[] context) {
        return (DecryptingInputStream)
                BlobCipher.decrypt(new ByteArrayInputStream(sealed), sealed.length, key, context, "The file");
    }

    private static void assertRefused(byte[] sealed) throws IOException {
        try (InputStream in = new ByteArrayInputStream(sealed)) {
            assertThatThrownBy(() -> BlobCipher.decrypt(in, sealed.length, KEY, CONTEXT, "The file")
                            .readAllBytes())
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("The file");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, FIRST - 1, FIRST, FIRST + 1, FIRST + NEXT, FIRST + NEXT + 1, 3_000_000})
    void whatIsDecryptedIsWhatWasEncrypted(int size) throws IOException {
        byte[] plain = random(size);
        byte[] sealed = sealed(plain);
        assertThat(sealed.length).isEqualTo((int) BlobCipher.sealedSize(size));
        assertThat(BlobCipher.plainSize(sealed.length, "The file")).isEqualTo(size);
        DecryptingInputStream in = open(sealed);
        assertThat(in.readAllBytes()).isEqualTo(plain);
        assertThat(in.read()).isEqualTo(-1);
        in.close();
        assertThat(in.isWiped()).isTrue();
        assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("was closed");
    }

    @Test
    void theSameBytesAreEncryptedDifferentlyEachTime() throws IOException {
        assertThat(sealed(random(100))).isNotEqualTo(sealed(random(100)));
    }

    /** Ours is Tink's format: its own stream reads it, and ours reads what it wrote. */
    @Test
    void tinksOwnStreamAgrees() throws Exception {
        StreamingAead tink = AesGcmHkdfStreaming.create(AesGcmHkdfStreamingKey.create(
                PredefinedStreamingAeadParameters.AES256_GCM_HKDF_1MB,
                SecretBytes.copyFrom(KEY, InsecureSecretKeyAccess.get())));
        byte[] plain = random(2_500_000);
        try (InputStream in = tink.newDecryptingStream(new ByteArrayInputStream(sealed(plain)), CONTEXT)) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (var encrypting = tink.newEncryptingStream(out, CONTEXT)) {
            encrypting.write(plain);
        }
        assertThat(open(out.toByteArray()).readAllBytes()).isEqualTo(plain);
    }

    @Test
    void whatIsSkippedIsPassedOver() throws IOException {
        byte[] plain = random(4_500_000);
        byte[] sealed = sealed(plain);
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 20; round++) {
            InputStream in = open(sealed);
            int position = 0;
            while (position < plain.length) {
                int step = random.nextInt(1, 2_500_000);
                if (random.nextBoolean()) {
                    long skipped = in.skip(step);
                    assertThat(skipped).isBetween(0L, (long) step);
                    position += (int) skipped;
                } else {
                    byte[] read = in.readNBytes(step);
                    assertThat(read)
                            .isEqualTo(Arrays.copyOfRange(plain, position, Math.min(plain.length, position + step)));
                    position += read.length;
                }
            }
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.skip(1)).isZero();
        }
    }

    /** A reader of models passes over the weights; what it reads after them is authenticated all the same. */
    @Test
    void skippingReadsNoSegmentButTheOneThatItEndsIn() throws IOException {
        byte[] plain = random(5 * SEGMENT);
        byte[] sealed = sealed(plain);
        sealed[2 * SEGMENT + 100] ^= 1;
        InputStream in = open(sealed);
        in.read();
        in.skipNBytes(4L * SEGMENT);
        assertThat(in.read()).isEqualTo(plain[4 * SEGMENT + 1] & 0xFF);
        sealed[4 * SEGMENT + 100] ^= 1;
        InputStream damaged = open(sealed);
        damaged.read();
        assertThatThrownBy(() -> damaged.skipNBytes(4L * SEGMENT + 10)).isInstanceOf(IntegrityException.class);
    }

    @ParameterizedTest
    @MethodSource("flips")
    void aFlippedBitIsRefused(int at) throws IOException {
        byte[] sealed = sealed(random(2_200_000));
        sealed[at] ^= 4;
        assertRefused(sealed);
    }

    static Stream<Integer> flips() {
        return Stream.of(0, 1, 32, 33, 39, 40, SEGMENT - 17, SEGMENT - 1, SEGMENT, 2 * SEGMENT - 1, 2 * SEGMENT + 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 1000, SEGMENT / 2, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2_200_000})
    void whatWasCutIsRefused(int cut) throws IOException {
        byte[] sealed = sealed(random(2 * SEGMENT + SEGMENT / 2));
        assertRefused(Arrays.copyOf(sealed, sealed.length - cut));
    }

    @Test
    void whatWasCutAtASegmentIsRefusedBeforeItsLastBytesComeOut() throws IOException {
        byte[] sealed = Arrays.copyOf(sealed(random(2 * SEGMENT)), SEGMENT);
        InputStream in = open(sealed);
        assertThatThrownBy(in::read)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("does not open at segment 0 of 1");
    }

    @Test
    void whatWasExtendedIsRefused() throws IOException {
        byte[] sealed = sealed(random(1000));
        assertRefused(Arrays.copyOf(sealed, sealed.length + 1));
        assertRefused(Arrays.copyOf(sealed, sealed.length + SEGMENT));
    }

    static Stream<Arguments> orders() {
        return Stream.of(
                Arguments.of("two segments change places", new int[] {0, 2, 1, 3}),
                Arguments.of("a segment comes twice", new int[] {0, 1, 1, 3}),
                Arguments.of("a segment is missing", new int[] {0, 1, 3}),
                Arguments.of("the first is missing", new int[] {1, 2, 3}),
                Arguments.of("the last is missing", new int[] {0, 1, 2}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("orders")
    void anotherOrderOfSegmentsIsRefused(String name, int[] order) throws IOException {
        byte[] sealed = sealed(random(3 * SEGMENT + 1000));
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        IntStream.of(order)
                .forEach(segment -> other.writeBytes(Arrays.copyOfRange(
                        sealed, segment * SEGMENT, Math.min(sealed.length, (segment + 1) * SEGMENT))));
        assertRefused(other.toByteArray());
    }

    @Test
    void aSegmentOfAnotherFileIsRefused() throws IOException {
        byte[] sealed = sealed(random(3 * SEGMENT));
        byte[] other = sealed(random(3 * SEGMENT));
        System.arraycopy(other, SEGMENT, sealed, SEGMENT, SEGMENT);
        assertRefused(sealed);
    }

    @Test
    void anotherKeyAndAnotherContextAreRefused() throws IOException {
        byte[] sealed = sealed(random(100));
        assertThatThrownBy(() -> open(sealed, random(33 - 1), "other".getBytes(StandardCharsets.US_ASCII))
                        .readAllBytes())
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("another file or version");
        byte[] otherKey = KEY.clone();
        otherKey[5] ^= 1;
        assertThatThrownBy(() -> open(sealed, otherKey, CONTEXT).readAllBytes()).isInstanceOf(IntegrityException.class);
    }

    @Test
    void aSourceThatEndsEarlyIsRefused() throws IOException {
        byte[] sealed = sealed(random(3000));
        InputStream in =
                BlobCipher.decrypt(new ByteArrayInputStream(sealed, 0, 1000), sealed.length, KEY, CONTEXT, "The file");
        assertThatThrownBy(in::readAllBytes)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("ends")
                .hasMessageContaining("before segment 0 of 1");
    }

    @Test
    void sizesThatNoFileHasAreRefused() {
        assertThatThrownBy(() -> BlobCipher.plainSize(55, "The file"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("55 bytes");
        assertThatThrownBy(() -> BlobCipher.plainSize(SEGMENT + 16, "x")).isInstanceOf(IntegrityException.class);
        assertThat(BlobCipher.plainSize(SEGMENT + 17, "x")).isEqualTo(FIRST + 1);
    }

    @Test
    void nothingIsLeftInMemoryAfterAFailure() throws IOException {
        byte[] sealed = sealed(random(2 * SEGMENT));
        sealed[SEGMENT + 10] ^= 1;
        DecryptingInputStream in = open(sealed);
        in.readNBytes(FIRST);
        assertThat(in.isWiped()).isFalse();
        assertThatThrownBy(in::read).isInstanceOf(IntegrityException.class);
        assertThat(in.isWiped()).isTrue();
        assertThatThrownBy(in::read).isInstanceOf(IntegrityException.class);
    }

    @Test
    void aFingerprintTellsContentAndKeyApart() {
        byte[] digest = random(32);
        byte[] other = digest.clone();
        other[0] ^= 1;
        byte[] otherKey = KEY.clone();
        otherKey[0] ^= 1;
        assertThat(BlobCipher.fingerprint(KEY, digest))
                .hasSize(32)
                .isEqualTo(BlobCipher.fingerprint(KEY.clone(), digest.clone()))
                .isNotEqualTo(BlobCipher.fingerprint(KEY, other))
                .isNotEqualTo(BlobCipher.fingerprint(otherKey, digest))
                .isNotEqualTo(digest);
    }
}
