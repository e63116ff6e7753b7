package dev.maas.registry.seal;

import dev.maas.InvalidInputException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.util.Optional;

/**
 * The kinds of keys that sign: those that model signing and Sigstore name, each with the one digest that goes with it.
 *
 * <p>A key has one algorithm, so that nobody can ask for a weaker one by what they write into an envelope.
 */
enum KeyKind {
    ED25519("Ed25519", 0, 0),
    P256("SHA256withECDSA", 256, 0xfc632551L),
    P384("SHA384withECDSA", 384, 0xccc52973L),
    P521("SHA512withECDSA", 521, 0x91386409L);

    private static final BigInteger LOW_WORD = BigInteger.valueOf(0xffffffffL);

    private final String algorithm;
    private final int orderBits;
    private final long orderEnd;

    KeyKind(String algorithm, int orderBits, long orderEnd) {
        this.algorithm = algorithm;
        this.orderBits = orderBits;
        this.orderEnd = orderEnd;
    }

    /** Returns a key's kind, or empty if it is of none of these. */
    static Optional<KeyKind> find(PublicKey key) {
        if (key instanceof EdECPublicKey edwards) {
            return edwards.getParams().getName().equals("Ed25519") ? Optional.of(ED25519) : Optional.empty();
        }
        if (key instanceof ECPublicKey elliptic) {
            BigInteger order = elliptic.getParams().getOrder();
            for (KeyKind kind : new KeyKind[] {P256, P384, P521}) {
                // Other curves of these sizes, such as secp256k1 and brainpool's, have another order.
                if (order.bitLength() == kind.orderBits && order.and(LOW_WORD).longValue() == kind.orderEnd) {
                    return Optional.of(kind);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns a key's kind.
     *
     * @throws InvalidInputException if it is of none of these
     */
    static KeyKind of(PublicKey key) {
        return find(key)
                .orElseThrow(() -> new InvalidInputException(
                        "Signatures are by Ed25519 keys, or by ECDSA keys of the curves P-256, P-384 and P-521; got a key of the"
                                + " algorithm " + key.getAlgorithm()));
    }

    /** Returns a signature object of the JDK. */
    Signature signature() throws GeneralSecurityException {
        return Signature.getInstance(algorithm);
    }

    /** Returns whether the signature of a message is the key's. */
    boolean verify(PublicKey key, byte[] message, byte[] signature) {
        try {
            if (key instanceof ECPublicKey elliptic
                    && !EcdsaBounds.hold(signature, elliptic.getParams().getOrder())) {
                return false;
            }
            Signature verifier = signature();
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // Bytes that are no signature at all; the JDK throws for some of them and returns false for others.
            return false;
        }
    }
}
