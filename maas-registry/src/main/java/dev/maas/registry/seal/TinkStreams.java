package dev.maas.registry.seal;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** The calls of Tink's streaming AEAD, apart from what can be loaded without Tink. */
final class TinkStreams {
    private static final String HKDF_HASH = "HmacSha256";
    private static final int CHUNK = 1 << 16;

    private TinkStreams() {}

    private static AesGcmHkdfStreaming cipher(byte[] key) throws GeneralSecurityException {
        return new AesGcmHkdfStreaming(key, HKDF_HASH, BlobCipher.KEY_BYTES, BlobCipher.SEGMENT_BYTES, 0);
    }

    static void encrypt(InputStream plain, OutputStream sealed, byte[] key, byte[] context) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (OutputStream encrypting = cipher(key).newEncryptingStream(new Unclosed(sealed), context)) {
            for (int count = plain.read(chunk); count >= 0; count = plain.read(chunk)) {
                encrypting.write(chunk, 0, count);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink does not encrypt under a key that fits", e);
        } finally {
            Arrays.fill(chunk, (byte) 0);
        }
    }

    /** Opens segments one by one, into memory of the caller's, who can overwrite it. */
    static final class Segments {
        private final StreamSegmentDecrypter decrypter;

        Segments(byte[] key, byte[] header, byte[] context) throws GeneralSecurityException {
            decrypter = cipher(key).newStreamSegmentDecrypter();
            decrypter.init(ByteBuffer.wrap(header), context);
        }

        void open(ByteBuffer sealed, int number, boolean last, ByteBuffer plain) throws GeneralSecurityException {
            decrypter.decryptSegment(sealed, number, last, plain);
        }
    }

    /** Tink closes what it writes to, which is not its own here. */
    private static final class Unclosed extends OutputStream {
        private final OutputStream out;

        Unclosed(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
