package dev.maas.registry;

import dev.maas.InvalidInputException;
import dev.maas.registry.seal.Signer;
import java.time.Duration;
import java.util.List;

/**
 * How a registry is exported; see {@link ManagedRegistry#export}. Immutable and safe for use by any thread; each method returns options with
 * one thing changed.
 *
 * <pre>{@code
 * registry.export(Path.of("/srv/www/models"), ExportOptions.defaults().validFor(Duration.ofDays(2)).sealWith(signer));
 * }</pre>
 */
public final class ExportOptions {
    private static final ExportOptions DEFAULTS = new ExportOptions(Duration.ofDays(7), List.of());

    private final Duration validity;
    private final List<Signer> signers;

    private ExportOptions(Duration validity, List<Signer> signers) {
        this.validity = validity;
        this.signers = signers;
    }

    /** Returns the options of an export that nobody seals, whose head is to be believed for 7 days. */
    public static ExportOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns these options with the time for which readers believe the head. The shorter it is, the sooner a reader notices that newer
     * heads are held back from it, and the more often somebody has to export.
     *
     * @throws InvalidInputException if it is not positive
     */
    public ExportOptions validFor(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new InvalidInputException("A head is to be believed for a while; got " + time);
        }
        return new ExportOptions(time, signers);
    }

    /**
     * Returns these options with who seals the head; nobody by default. Readers with a trust policy take no head that is not sealed by those
     * whom {@link dev.maas.registry.seal.TrustPolicy.Builder#requireHeads} names. An export that nobody seals protects readers from damage, not
     * from whoever controls the web server or the way to it.
     */
    public ExportOptions sealWith(Signer... newSigners) {
        return new ExportOptions(validity, List.of(newSigners));
    }

    Duration validity() {
        return validity;
    }

    List<Signer> signers() {
        return signers;
    }
}
