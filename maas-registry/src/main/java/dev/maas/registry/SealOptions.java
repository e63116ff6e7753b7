package dev.maas.registry;

import dev.maas.PackageLimits;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TrustMemory;
import dev.maas.registry.seal.TrustPolicy;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of a registry's options that makes it trustworthy. Immutable.
 *
 * @param signers who signs what is published
 * @param policy whom to trust; null for everybody
 * @param memory what remembers the newest entries trusted; null for nothing
 * @param encryption what wraps the keys of what is published; null for no encryption
 * @param decryption what unwraps the keys of what is read; null for nothing
 * @param limits how much a package may bring
 */
record SealOptions(
        List<Signer> signers,
        @Nullable TrustPolicy policy,
        @Nullable TrustMemory memory,
        @Nullable KeyWrapper encryption,
        @Nullable KeyWrapper decryption,
        PackageLimits limits) {
    static final SealOptions NONE = new SealOptions(List.of(), null, null, null, null, PackageLimits.defaults());

    SealOptions signers(List<Signer> newSigners) {
        return new SealOptions(List.copyOf(newSigners), policy, memory, encryption, decryption, limits);
    }

    SealOptions policy(TrustPolicy newPolicy) {
        Objects.requireNonNull(newPolicy, "policy");
        return new SealOptions(signers, newPolicy, memory, encryption, decryption, limits);
    }

    SealOptions memory(TrustMemory newMemory) {
        return new SealOptions(signers, policy, newMemory, encryption, decryption, limits);
    }

    /** Who encrypts reads too. */
    SealOptions encryption(KeyWrapper keys) {
        Objects.requireNonNull(keys, "keys");
        return new SealOptions(signers, policy, memory, keys, keys, limits);
    }

    SealOptions decryption(KeyWrapper keys) {
        Objects.requireNonNull(keys, "keys");
        return new SealOptions(signers, policy, memory, encryption, keys, limits);
    }

    SealOptions limits(PackageLimits newLimits) {
        Objects.requireNonNull(newLimits, "limits");
        return new SealOptions(signers, policy, memory, encryption, decryption, newLimits);
    }
}
