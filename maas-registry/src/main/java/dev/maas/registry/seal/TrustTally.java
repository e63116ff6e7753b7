package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Counts the signatures of one version that a rule lets count. Used by one thread. */
final class TrustTally {
    private static final int MOST_SHOWN = 5;

    private final TrustRule rule;
    private final Map<String, TrustedSigner> signers;
    private final Set<String> counted = new TreeSet<>();
    private final List<String> refusals = new ArrayList<>();
    private int looked;

    TrustTally(TrustRule rule, Map<String, TrustedSigner> signers) {
        this.rule = rule;
        this.signers = signers;
    }

    boolean isMet() {
        return rule.kind() == TrustRule.Kind.UNSIGNED || counted.size() >= rule.count();
    }

    /** Counts a signature if it is a sound one of a signer whom the rule names, and says what the check asks for. */
    void add(byte[] signature, TrustPolicy.StatementCheck check) {
        looked++;
        try {
            SigstoreBundle bundle = SigstoreBundle.read(signature);
            String signer = signerOf(bundle);
            check.require(ModelStatement.read(bundle.envelope().payload()));
            counted.add(signer);
        } catch (IntegrityException e) {
            refuse(String.valueOf(e.getMessage()));
        }
    }

    private String signerOf(SigstoreBundle bundle) {
        List<String> reasons = new ArrayList<>();
        for (String name : rule.names()) {
            @Nullable TrustedSigner signer = signers.get(name);
            String reason = signer == null ? "not known" : signer.refusal(bundle);
            if (reason.isEmpty()) {
                return name;
            }
            reasons.add("'" + name + "': " + reason);
        }
        throw new IntegrityException("it is by none of those named (" + String.join("; ", reasons) + ")");
    }

    private void refuse(String reason) {
        if (refusals.size() < MOST_SHOWN) {
            refusals.add("Signature " + looked + " does not count: " + reason);
        }
    }

    /** Returns who counted, or throws what is missing. */
    Set<String> requireMet(String model) {
        boolean unsignedAllowed = rule.kind() == TrustRule.Kind.IF_SIGNED && looked == 0;
        if (isMet() || unsignedAllowed) {
            return counted;
        }
        String has = looked == 0
                ? "it has no signature"
                : counted.isEmpty()
                        ? "none of its " + looked + " signatures counts"
                        : "only those of " + counted + " count";
        String reasons = refusals.isEmpty() ? "" : ". " + String.join(". ", refusals);
        throw new IntegrityException("'" + ModelStatement.shown(model) + "' is not trusted: the rule " + rule
                + " is not met, " + has + reasons);
    }
}
