package dev.maas.cli;

import dev.maas.registry.seal.Signer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The key pair that signs. */
final class SigningKey {
    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The private key that signs: PKCS #8 in PEM, Ed25519 or ECDSA, readable by you alone.")
    @Nullable
    Path privateKey;

    @Option(names = "--public-key", paramLabel = "FILE", description = "Its public key, in PEM.")
    @Nullable
    Path publicKey;

    /** Returns who signs; empty if nobody was asked to. */
    Optional<Signer> signer() {
        if (privateKey == null && publicKey == null) {
            return Optional.empty();
        }
        if (privateKey == null || publicKey == null) {
            throw new UsageException("To sign takes both --key and --public-key");
        }
        return Optional.of(Signer.of(privateKey, publicKey));
    }
}
