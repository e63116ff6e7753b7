package dev.maas.registry;

import dev.maas.registry.seal.BlobCipher;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.WrappedKey;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** The data key of one file in the clear, with what it is bound to. Safe for use by any thread until it is wiped. */
final class FileKey {
    private final byte[] key;
    private final byte[] context;

    /** Takes over the key. */
    FileKey(byte[] key, byte[] context) {
        this.key = key;
        this.context = context;
    }

    /** Returns what was encrypted, in the clear; see {@link BlobCipher#decrypt}. */
    InputStream decrypt(InputStream sealed, long sealedSize, String what) {
        return BlobCipher.decrypt(sealed, sealedSize, key, context, what);
    }

    /** Returns whether the file has the content of that digest. */
    boolean isOf(EncryptedLayer layer, String plainHex) {
        byte[] expected = BlobCipher.fingerprint(key, HexFormat.of().parseHex(plainHex));
        return MessageDigest.isEqual(expected, HexFormat.of().parseHex(layer.fingerprint()));
    }

    WrappedKey wrappedBy(KeyWrapper wrapper) {
        return wrapper.wrap(key, context);
    }

    /** Overwrites the key. */
    void wipe() {
        Arrays.fill(key, (byte) 0);
    }
}
