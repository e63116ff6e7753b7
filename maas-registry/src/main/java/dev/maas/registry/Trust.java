package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.ModelMetadata;
import dev.maas.ModelVersion;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.seal.ModelSigning;
import dev.maas.registry.seal.TrustPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a version consists of, held against its digest, its model's log and, where there is one, a trust policy. Safe for use by any
 * thread.
 *
 * <p>A signature covers every file of the version, our facts among them, and so what the log repeats of them. It does not cover the
 * version's number, its aliases, its tags, properties and description, and whether it was withdrawn: all of these may change after it was
 * signed.
 */
final class Trust {
    private static final int MOST_REMEMBERED = 100_000;
    private static final int MOST_SIGNATURES = 1_000;

    private final Blobs blobs;
    private final Optional<TrustPolicy> policy;

    /** The facts of the versions that the policy trusts, by model and digest; it never takes that back. */
    private final Map<String, Facts> trusted = new ConcurrentHashMap<>();

    Trust(Blobs blobs, Optional<TrustPolicy> policy) {
        this.blobs = blobs;
        this.policy = policy;
    }

    /**
     * A version as its model's log tells it. Immutable.
     *
     * @param version what callers see of it
     * @param factsHex the digest of its facts
     * @param blobs the digests of everything that it needs
     * @param attachments what refers to it
     */
    record Candidate(ModelVersion version, String factsHex, List<String> blobs, List<Change.Attach> attachments) {
        static Candidate of(VersionState state) {
            return new Candidate(state.version, state.factsHex, state.blobs, List.copyOf(state.attachments));
        }

        String manifestHex() {
            return version.digest().substring(Sha256.PREFIX.length());
        }
    }

    /**
     * What a version consists of.
     *
     * @param manifest its manifest
     * @param facts our facts
     */
    record Content(Manifest manifest, Facts facts) {}

    /**
     * Reads what a version consists of; nothing is said of who signed it.
     *
     * @throws IntegrityException if it is damaged, or the model's log says otherwise
     */
    Content read(Candidate candidate) {
        String what = "The manifest of '" + candidate.version.ref() + "'";
        Manifest manifest = ManifestJson.read(blobs.bytes(candidate.manifestHex(), ManifestJson.LARGEST), what);
        // The log's copy of the facts is what others decide by; it must be what the digest covers.
        boolean agrees =
                manifest.facts().hex().equals(candidate.factsHex) && candidate.blobs.containsAll(manifest.blobs());
        if (!agrees) {
            throw disagreement(what);
        }
        byte[] written = blobs.bytes(candidate.factsHex, LogJson.LARGEST);
        Facts facts = FactsJson.read(StrictJson.object(written, what), what);
        if (!manifest.files().containsKey(facts.entry())) {
            throw new IntegrityException(what + " lacks the file to load, '" + facts.entry() + "'");
        }
        return new Content(manifest, facts);
    }

    private IntegrityException disagreement(String what) {
        return new IntegrityException(blobs.storeName() + ": " + what + " and the model's log do not agree");
    }

    /**
     * Refuses a version that the policy does not trust; without a policy there is nothing to do.
     *
     * @throws IntegrityException if it is not trusted; the message names the rule that is not met
     */
    void require(Candidate candidate) {
        if (policy.isEmpty()) {
            return;
        }
        String key = candidate.version.name() + "@" + candidate.manifestHex();
        @Nullable Facts facts = trusted.get(key);
        if (facts == null) {
            Content content = read(candidate);
            verify(candidate, content, policy.get());
            facts = content.facts;
            if (trusted.size() >= MOST_REMEMBERED) {
                trusted.clear();
            }
            trusted.put(key, facts);
        }
        requireSame(candidate.version, facts);
    }

    /** Callers see the log's copy; what cannot be edited later must be what was signed. */
    private void requireSame(ModelVersion version, Facts facts) {
        ModelMetadata shown = version.metadata();
        ModelMetadata edited =
                FactsJson.edited(facts.metadata(), List.copyOf(shown.tags()), shown.properties(), shown.description());
        if (!version.signature().equals(facts.signature()) || !shown.equals(edited)) {
            throw disagreement("What is said about '" + version.ref() + "'");
        }
    }

    /**
     * Holds the signatures of a version against a policy.
     *
     * @return the names of the signers who counted
     * @throws IntegrityException if the policy's rule is not met
     */
    Set<String> verify(Candidate candidate, Content content, TrustPolicy against) {
        List<Change.Attach> signatures = candidate.attachments.stream()
                .filter(attach -> attach.type().equals(ModelSigning.MEDIA_TYPE))
                .limit(MOST_SIGNATURES)
                .toList();
        // Read one by one, until the rule is met.
        Iterable<byte[]> bundles = () -> signatures.stream().map(this::bundle).iterator();
        return against.verify(candidate.version.name(), content.manifest.digests(), bundles);
    }

    /** One that is damaged or gone does not count, as any other that says nothing. */
    private byte[] bundle(Change.Attach signature) {
        try {
            return Attachments.read(blobs, signature.manifest());
        } catch (IntegrityException e) {
            return new byte[0];
        }
    }
}
