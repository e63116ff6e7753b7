package dev.maas.registry.seal;

import dev.maas.InvalidInputException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;

/**
 * Signs what a publisher publishes, with a private key that it keeps to itself.
 *
 * <p>Implement it for keys in a token or a key service; the built-in ones use keys in this process. Keys are Ed25519, or ECDSA on
 * P-256, P-384 or P-521; the reference tool of model signing verifies those of ECDSA only. Implementations are safe for use by any
 * thread, and may block.
 */
public interface Signer {
    /** Returns the key by which others verify. */
    PublicKey publicKey();

    /**
     * Signs a message: for an Ed25519 key as RFC 8032 says, for an ECDSA key over the SHA-256 (P-256), SHA-384 (P-384) or SHA-512 (P-521)
     * of the message, in DER.
     *
     * @throws dev.maas.RegistryException if it cannot sign now
     */
    byte[] sign(byte[] message);

    /** Returns the fingerprint of the public key: 64 hexadecimal digits, the same that bundles of model signing name it by. */
    default String fingerprint() {
        return PemKeys.fingerprint(publicKey());
    }

    /**
     * Returns a signer with a pair of keys.
     *
     * @throws InvalidInputException if they are of no kind that signs, or do not belong together
     */
    static Signer of(KeyPair keys) {
        return new LocalSigner(keys.getPrivate(), keys.getPublic());
    }

    /**
     * Returns a signer with the private key of one file and the public key of another, both in PEM, as {@code openssl genpkey} and
     * {@code openssl pkey -pubout} write them. The private key is in PKCS #8 without a password, in a file that nobody but its owner can
     * read.
     *
     * @throws InvalidInputException if a file cannot be read or holds something else, others can read the private key, or the two do
     *     not belong together
     */
    static Signer of(Path privateKey, Path publicKey) {
        SecretFiles.requirePrivate(privateKey);
        PrivateKey secret = PemKeys.readPrivate(privateKey);
        return new LocalSigner(secret, PemKeys.readPublic(publicKey));
    }
}
