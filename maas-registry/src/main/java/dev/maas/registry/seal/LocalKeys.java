package dev.maas.registry.seal;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.AesGcmParameters;
import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * The keys of a file: a Tink keyset in JSON, in the clear, as Tink's own tool {@code tinkey} writes it. The primary key wraps, all unwrap.
 * Each is AES-256 in GCM, and its id is that of the keyset's entry. Immutable and safe for use by any thread.
 */
final class LocalKeys implements KeyWrapper {
    private static final String PREFIX = "tink:";
    private static final int LARGEST = 1 << 20;

    /** What Tink puts before each ciphertext: a 1, and the id of the key. */
    private static final int HEADER_BYTES = 5;

    private final KeysetHandle keys;
    private final Aead aead;

    private LocalKeys(KeysetHandle keys, Aead aead) {
        this.keys = keys;
        this.aead = aead;
    }

    static LocalKeys read(Path file) {
        return of(readSet(file), PemKeys.name(file));
    }

    static LocalKeys of(KeysetHandle keys, String name) {
        try {
            for (int i = 0; i < keys.size(); i++) {
                boolean fit = keys.getAt(i).getKey().getParameters() instanceof AesGcmParameters parameters
                        && parameters.getKeySizeBytes() == 32
                        && parameters.getVariant() == AesGcmParameters.Variant.TINK;
                if (!fit) {
                    throw new InvalidInputException("The key file '" + name
                            + "' has a key that is not AES256_GCM with Tink's prefix; make one by KeyFile.create");
                }
            }
            return new LocalKeys(keys, keys.getPrimitive(AeadConfig2026.get(), Aead.class));
        } catch (GeneralSecurityException e) {
            throw new InvalidInputException("The keys of '" + name + "' cannot be used", e);
        }
    }

    /** Reads a file's keyset, which others than its owner must not be able to read. */
    static KeysetHandle readSet(Path file) {
        SecretFiles.requirePrivate(file);
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidInputException("'" + PemKeys.name(file) + "' is too large for a file of keys");
            }
            String json = Files.readString(file, StandardCharsets.UTF_8);
            return TinkJsonProtoKeysetFormat.parseKeyset(json, AeadConfig2026.get(), InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw new InvalidInputException(
                    "The key file '" + PemKeys.name(file)
                            + "' holds no Tink keyset in JSON; make one by KeyFile.create",
                    e);
        } catch (IOException e) {
            throw new InvalidInputException("The key file '" + PemKeys.name(file) + "' cannot be read", e);
        }
    }

    @Override
    public String keyId() {
        return name(keys.getPrimary().getId());
    }

    private static String name(int id) {
        return PREFIX + Integer.toUnsignedString(id);
    }

    @Override
    public WrappedKey wrap(byte[] dataKey, byte[] context) {
        try {
            return new WrappedKey(keyId(), aead.encrypt(dataKey, context));
        } catch (GeneralSecurityException e) {
            throw new AccessDeniedException("The key '" + keyId() + "' cannot be used", e);
        }
    }

    @Override
    public byte[] unwrap(WrappedKey wrapped, byte[] context) {
        boolean there = false;
        for (int i = 0; i < keys.size(); i++) {
            there |= name(keys.getAt(i).getId()).equals(wrapped.keyId());
        }
        if (!there) {
            throw new AccessDeniedException("The key '" + wrapped.keyId() + "' is not in the key file, which has "
                    + keys.size() + " others. Get a key file that has it");
        }
        byte[] bytes = wrapped.bytes();
        String by =
                bytes.length < HEADER_BYTES ? "" : name(ByteBuffer.wrap(bytes).getInt(1));
        try {
            if (by.equals(wrapped.keyId())) {
                return aead.decrypt(bytes, context);
            }
        } catch (GeneralSecurityException e) {
            throw changed(wrapped, e);
        }
        throw changed(wrapped, new GeneralSecurityException("Its header names another key"));
    }

    private static IntegrityException changed(WrappedKey wrapped, GeneralSecurityException cause) {
        return new IntegrityException(
                "A wrapped data key is not what the key '" + wrapped.keyId()
                        + "' wrapped for this file: it or what it belongs to was changed, or another key has the same id",
                cause);
    }

    @Override
    public String toString() {
        return "key file with " + keys.size() + " keys, of which '" + keyId() + "' wraps";
    }
}
