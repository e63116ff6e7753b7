package dev.maas.registry.seal;

import dev.maas.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Signs by a private key in this process. Safe for use by any thread. */
final class LocalSigner implements Signer {
    private static final byte[] PROBE = "maas".getBytes(StandardCharsets.US_ASCII);

    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final KeyKind kind;

    LocalSigner(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        this.kind = KeyKind.of(publicKey);
        if (!kind.verify(publicKey, PROBE, sign(PROBE))) {
            throw new InvalidInputException("The private and the public key of a signer do not belong together");
        }
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            Signature signature = kind.signature();
            signature.initSign(privateKey);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new InvalidInputException(
                    "The private key of a signer does not sign as its public key, " + kind + ", asks for", e);
        }
    }

    @Override
    public String toString() {
        return kind + " key " + fingerprint();
    }
}
