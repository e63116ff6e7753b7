package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whom a reader trusts: for each model, whose signatures a version needs, and how many of them.
 *
 * <pre>{@code
 * TrustPolicy policy = TrustPolicy.builder()
 *         .signer("pipeline", Path.of("pipeline.pem"))
 *         .signer("release", Path.of("release.pem"))
 *         .require("prod-*", 2, "pipeline", "release")
 *         .allowUnsigned("scratch-*")
 *         .require("*", 1, "pipeline", "release")
 *         .build();
 * }</pre>
 *
 * <p>Rules are tried in the order in which they were given, and the first whose pattern fits the model's name decides. A model that no
 * rule fits is refused. A signature counts if it verifies by a signer whom the rule names, is for a model of that name, and lists every
 * file with its digest, and no other file; each signer counts once, and one key under two names is an error. Signatures that do not count
 * are passed over: whoever can write to a store can attach them.
 *
 * <p>A policy says nothing of which version is the newest or which alias points where; see {@link TrustMemory} and
 * {@link HeadSeal}.
 *
 * <p>Immutable and safe for use by any thread. Nothing blocks.
 */
public final class TrustPolicy {
    private final Map<String, TrustedSigner> signers;
    private final List<TrustRule> rules;
    private final @Nullable TrustRule headRule;

    private TrustPolicy(Map<String, TrustedSigner> signers, List<TrustRule> rules, @Nullable TrustRule headRule) {
        this.signers = signers;
        this.rules = rules;
        this.headRule = headRule;
    }

    /** Returns a builder without signers and rules. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the policy that every version of every model is signed by the key in a PEM file.
     *
     * @throws InvalidInputException if the file cannot be read or holds something else
     */
    public static TrustPolicy signedBy(Path publicKey) {
        return builder().signer("signer", publicKey).require("*", 1).build();
    }

    /** Returns the policy that every version of every model is signed by a key. */
    public static TrustPolicy signedBy(PublicKey key) {
        return builder().signer("signer", key).require("*", 1).build();
    }

    /** Returns whether signatures of the model are looked at. */
    public boolean looksAtSignatures(String model) {
        return rule(model).kind() != TrustRule.Kind.UNSIGNED;
    }

    private TrustRule rule(String model) {
        return rules.stream()
                .filter(rule -> rule.fits(model))
                .findFirst()
                .orElseThrow(() -> new IntegrityException("No rule of the trust policy is for '"
                        + ModelStatement.shown(model) + "', so it is not trusted"));
    }

    /**
     * Holds the signatures of a version against the rule for its model.
     *
     * @param model the model's name
     * @param files the SHA-256 of each file of the version by its name, in hexadecimal
     * @param signatures Sigstore bundles; they are taken from their iterator until the rule is met
     * @return the names of the signers who counted
     * @throws IntegrityException if the rule is not met; the message names the rule, and why each signature does not count
     */
    public Set<String> verify(String model, Map<String, String> files, Iterable<byte[]> signatures) {
        TrustRule rule = rule(model);
        TrustTally tally = new TrustTally(rule, signers);
        if (rule.kind() != TrustRule.Kind.UNSIGNED) {
            for (byte[] signature : signatures) {
                tally.add(signature, statement -> {
                    if (!statement.name().equals(model)) {
                        throw new IntegrityException(
                                "it is for the model '" + ModelStatement.shown(statement.name()) + "'");
                    }
                    statement.requireFiles(files);
                });
                if (tally.isMet()) {
                    break;
                }
            }
        }
        return tally.requireMet(model);
    }

    /** Holds one signature of a file or folder against the rule for the name that was signed; see {@link ModelSigning}. */
    Set<String> verify(Collection<byte[]> signatures, StatementCheck check) {
        String name = ModelStatement.WHOLE;
        for (byte[] signature : signatures) {
            name = ModelStatement.read(SigstoreBundle.read(signature).envelope().payload())
                    .name();
        }
        String signedName = name;
        TrustTally tally = new TrustTally(rule(signedName), signers);
        for (byte[] signature : signatures) {
            tally.add(signature, statement -> {
                if (!statement.name().equals(signedName)) {
                    throw new IntegrityException(
                            "it is for the model '" + ModelStatement.shown(statement.name()) + "'");
                }
                check.require(statement);
            });
        }
        return tally.requireMet(signedName);
    }

    /** A check of what a sound signature of a trusted signer says. */
    @FunctionalInterface
    interface StatementCheck {
        /** Throws {@link IntegrityException} if it is not about what it should be. */
        void require(ModelStatement statement);
    }

    /**
     * Opens a sealed head; see {@link HeadSeal}. Whether the head is over or older than another, its reader decides.
     *
     * @param sealed the envelope
     * @return the head, byte by byte as it was sealed
     * @throws IntegrityException if it is not sealed by enough of those who seal heads
     */
    public byte[] openHead(byte[] sealed) {
        TrustRule rule = Optional.ofNullable(headRule)
                .orElseThrow(() -> new IntegrityException(
                        "The trust policy names nobody who seals heads; add TrustPolicy.Builder.requireHeads(…)"));
        Dsse envelope = HeadSeal.envelope(sealed);
        byte[] message = envelope.signedBytes();
        Set<String> by = new TreeSet<>();
        for (String name : rule.names()) {
            TrustedSigner signer = signers.get(name);
            boolean sealedByThem = signer != null
                    && envelope.signatures().stream().anyMatch(entry -> signer.signed(message, entry.signature()));
            if (sealedByThem) {
                by.add(name);
            }
        }
        if (by.size() < rule.count()) {
            throw new IntegrityException("The registry's head needs valid signatures of " + rule.count() + " of "
                    + rule.names() + " and has those of " + by);
        }
        return envelope.payload();
    }

    @Override
    public String toString() {
        return "trust policy " + rules;
    }

    /** Puts a policy together. Not safe for use by several threads. */
    public static final class Builder {
        private final Map<String, TrustedSigner> signers = new LinkedHashMap<>();
        private final List<TrustRule> rules = new ArrayList<>();
        private @Nullable TrustRule headRule;

        private Builder() {}

        /**
         * Names a signer who has a key.
         *
         * @throws InvalidInputException if the key is of no kind that signs, or the name or the key was given before
         */
        public Builder signer(String name, PublicKey key) {
            TrustedSigner.Key trusted = TrustedSigner.Key.of(key);
            for (Map.Entry<String, TrustedSigner> other : signers.entrySet()) {
                if (other.getValue() instanceof TrustedSigner.Key there
                        && there.fingerprint().equals(trusted.fingerprint())) {
                    throw new InvalidInputException(
                            "'" + name + "' and '" + other.getKey() + "' have the same key, and would count twice");
                }
            }
            return add(name, trusted);
        }

        /**
         * Names a signer whose public key is in a PEM file.
         *
         * @throws InvalidInputException if the file cannot be read or holds something else, or the name or the key was given before
         */
        public Builder signer(String name, Path publicKey) {
            return signer(name, PemKeys.readPublic(publicKey));
        }

        /**
         * Names an authority, by a PEM file with one of its certificates or more: whoever has a certificate from it that is for signing
         * counts as this signer. Certificates are checked as of their first day, and not for revocation.
         *
         * @throws InvalidInputException if the file cannot be read or holds something else, or the name was given before
         */
        public Builder authority(String name, Path certificates) {
            return add(name, new TrustedSigner.Authority(Set.copyOf(PemKeys.readCertificates(certificates))));
        }

        private Builder add(String name, TrustedSigner signer) {
            if (name.isBlank() || signers.putIfAbsent(name, signer) != null) {
                throw new InvalidInputException("Each signer has a name of their own; got '" + name + "'");
            }
            return this;
        }

        /**
         * Adds the rule that versions of the models that fit a pattern need signatures.
         *
         * @param pattern a model's name, in which {@code *} stands for any characters
         * @param count how many of the signers must have signed
         * @param names the signers; all that were named so far if none are given here
         * @throws InvalidInputException if a signer is not known, or there are fewer than that
         */
        public Builder require(String pattern, int count, String... names) {
            rules.add(rule(pattern, TrustRule.Kind.REQUIRED, count, names));
            return this;
        }

        /**
         * Adds the rule that versions of the models that fit a pattern may be unsigned; one that has signatures needs one of a signer named
         * here. Whoever can write to the store can take signatures off, so that this finds damage and mistakes rather than attacks.
         *
         * @param pattern a model's name, in which {@code *} stands for any characters
         * @param names the signers; all that were named so far if none are given here
         * @throws InvalidInputException if a signer is not known, or there is none
         */
        public Builder verifyIfSigned(String pattern, String... names) {
            rules.add(rule(pattern, TrustRule.Kind.IF_SIGNED, 1, names));
            return this;
        }

        /** Adds the rule that nothing is asked of the models that fit a pattern. */
        public Builder allowUnsigned(String pattern) {
            rules.add(new TrustRule(pattern, TrustRule.Kind.UNSIGNED, 0, List.of()));
            return this;
        }

        /**
         * Says who seals the heads of read-only copies; see {@link HeadSeal}.
         *
         * @param count how many of the signers must have sealed a head
         * @param names the signers, who have keys, not certificates; all that were named so far if none are given here
         * @throws InvalidInputException if a signer is not known, or there are fewer than that
         */
        public Builder requireHeads(int count, String... names) {
            TrustRule rule = rule("*", TrustRule.Kind.REQUIRED, count, names);
            for (String name : rule.names()) {
                if (signers.get(name) instanceof TrustedSigner.Authority) {
                    throw new InvalidInputException("Heads are signed by keys; '" + name + "' is an authority");
                }
            }
            headRule = rule;
            return this;
        }

        private TrustRule rule(String pattern, TrustRule.Kind kind, int count, String... names) {
            Set<String> chosen = new LinkedHashSet<>(names.length == 0 ? signers.keySet() : List.of(names));
            for (String name : chosen) {
                if (!signers.containsKey(name)) {
                    throw new InvalidInputException(
                            "There is no signer '" + name + "'; name them first. There are " + signers.keySet());
                }
            }
            if (count < 1 || count > chosen.size()) {
                throw new InvalidInputException("The rule for '" + pattern + "' asks for " + count + " signatures of "
                        + chosen + ", each of whom counts once");
            }
            return new TrustRule(pattern, kind, count, List.copyOf(chosen));
        }

        /**
         * Returns the policy.
         *
         * @throws InvalidInputException if there is no rule
         */
        public TrustPolicy build() {
            if (rules.isEmpty()) {
                throw new InvalidInputException("A trust policy without a rule trusts nothing; add require(\"*\", 1)");
            }
            return new TrustPolicy(new LinkedHashMap<>(signers), List.copyOf(rules), headRule);
        }
    }
}
