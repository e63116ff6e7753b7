package dev.maas.registry.seal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** Keys for tests. */
public final class TestKeys {
    private TestKeys() {}

    /** Makes keys of a kind: Ed25519, or a curve such as {@code secp256r1}. */
    public static KeyPair make(String kind) {
        try {
            if (kind.equals("Ed25519")) {
                return KeyPairGenerator.getInstance(kind).generateKeyPair();
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(kind));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes a key in PEM, as its owner's alone. */
    public static Path write(Path file, String type, Key key) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        try {
            Files.writeString(
                    file,
                    "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n",
                    StandardCharsets.US_ASCII);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
