package dev.maas.registry;

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
 */
record SealOptions(
        List<Signer> signers,
        @Nullable TrustPolicy policy,
        @Nullable TrustMemory memory) {
    static final SealOptions NONE = new SealOptions(List.of(), null, null);

    SealOptions signers(List<Signer> newSigners) {
        return new SealOptions(List.copyOf(newSigners), policy, memory);
    }

    SealOptions policy(TrustPolicy newPolicy) {
        return new SealOptions(signers, Objects.requireNonNull(newPolicy, "policy"), memory);
    }

    SealOptions memory(TrustMemory newMemory) {
        return new SealOptions(signers, policy, newMemory);
    }
}
