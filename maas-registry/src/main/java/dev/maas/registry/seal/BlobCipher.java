package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts files, each under a key of its own, by Tink's streaming AEAD {@value #NAME}: segments of 1 MiB in AES-256-GCM, under a key that
 * HKDF derives for this one file from the data key, a random salt and the associated data. A segment's nonce holds its number and whether
 * it is the last, so that a stream that was cut, extended or put in another order does not open.
 *
 * <p>For sibling packages only. The methods have no state and are safe for use by any thread.
 */
public final class BlobCipher {
    /** Tink's name of the algorithm. */
    public static final String NAME = "AES256_GCM_HKDF_1MB";

    /** The bytes of a data key. */
    public static final int KEY_BYTES = 32;

    static final int SEGMENT_BYTES = 1 << 20;
    static final int TAG_BYTES = 16;

    /** One byte for the header's own length, a salt as long as the key, and 7 bytes that begin each nonce. */
    static final int HEADER_BYTES = 1 + KEY_BYTES + 7;

    private static final int PLAIN_SEGMENT_BYTES = SEGMENT_BYTES - TAG_BYTES;
    private static final String FINGERPRINT_LABEL = "maas content fingerprint 1";

    private BlobCipher() {}

    /**
     * Refuses to go on where Tink is missing.
     *
     * @throws dev.maas.InvalidInputException with its coordinates
     */
    public static void requireAvailable() {
        TinkJar.require();
    }

    /** Returns a new data key. */
    public static byte[] newKey() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** Encrypts a stream to another; both stay open. */
    public static void encrypt(InputStream plain, OutputStream sealed, byte[] key, byte[] context) throws IOException {
        TinkStreams.encrypt(plain, sealed, key, context);
    }

    /**
     * Returns a stream of what was encrypted. No byte of a segment comes out before all of it is authenticated; what is skipped is not read.
     * The stream overwrites its memory when it is closed, and closes the stream given. Where the content does not open, it throws
     * {@link IntegrityException}.
     *
     * @param sealed the encrypted bytes
     * @param sealedSize their number
     * @param what whose they are, for messages
     */
    public static InputStream decrypt(InputStream sealed, long sealedSize, byte[] key, byte[] context, String what) {
        plainSize(sealedSize, what);
        return new DecryptingInputStream(sealed, sealedSize, key, context, what);
    }

    /**
     * Returns the number of bytes that a file of that size decrypts to; each number of bytes has a size of its own.
     *
     * @throws IntegrityException if no file encrypts to that size
     */
    public static long plainSize(long sealedSize, String what) {
        long inSegments = sealedSize - HEADER_BYTES;
        // The header shares the first segment with the content.
        long segments = Math.max(1, (sealedSize + SEGMENT_BYTES - 1) / SEGMENT_BYTES);
        long plain = inSegments - segments * TAG_BYTES;
        boolean lastIsEmpty = segments > 1 && sealedSize - (segments - 1) * SEGMENT_BYTES <= TAG_BYTES;
        if (plain < 0 || lastIsEmpty) {
            throw new IntegrityException(what + " has " + sealedSize + " bytes, which no encrypted file has");
        }
        return plain;
    }

    /** Returns the number of bytes that a file of that size encrypts to. */
    public static long sealedSize(long plainSize) {
        long inFirst = PLAIN_SEGMENT_BYTES - HEADER_BYTES;
        long rest = Math.max(0, plainSize - inFirst);
        long segments = 1 + (rest + PLAIN_SEGMENT_BYTES - 1) / PLAIN_SEGMENT_BYTES;
        return HEADER_BYTES + plainSize + segments * TAG_BYTES;
    }

    /**
     * Returns what tells, to those who have the data key and nobody else, whether a file has a certain content: an HMAC of the content's
     * digest.
     *
     * @param digest the SHA-256 of the content
     */
    public static byte[] fingerprint(byte[] key, byte[] digest) {
        byte[] derived = hmac(key, FINGERPRINT_LABEL.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return hmac(derived, digest);
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has HmacSHA256", e);
        }
    }
}
