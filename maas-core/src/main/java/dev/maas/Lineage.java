package dev.maas;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where a version came from: its training data, its parent, its code, who produced it, and how well it did.
 *
 * <p>Immutable and safe for use by any thread.
 */
public final class Lineage {
    private static final Lineage UNKNOWN = new Lineage(null, 0, null, null, Map.of());

    private final @Nullable String dataDigest;
    private final int parentVersion;
    private final @Nullable String codeRevision;
    private final @Nullable String producer;
    private final Map<String, Double> metrics;

    private Lineage(
            @Nullable String dataDigest,
            int parentVersion,
            @Nullable String codeRevision,
            @Nullable String producer,
            Map<String, Double> metrics) {
        this.dataDigest = dataDigest;
        this.parentVersion = parentVersion;
        this.codeRevision = codeRevision;
        this.producer = producer;
        this.metrics = metrics;
    }

    /** Returns a lineage of which nothing is known. */
    public static Lineage unknown() {
        return UNKNOWN;
    }

    /** Returns this lineage with the digest of the training data, such as {@code sha256:…}. */
    public Lineage withDataDigest(String digest) {
        return new Lineage(Objects.requireNonNull(digest, "digest"), parentVersion, codeRevision, producer, metrics);
    }

    /**
     * Returns this lineage with the version that this one was made from.
     *
     * @throws InvalidInputException if the number is below 1
     */
    public Lineage withParentVersion(int version) {
        if (version < 1) {
            throw new InvalidInputException("Versions are numbered from 1; got " + version);
        }
        return new Lineage(dataDigest, version, codeRevision, producer, metrics);
    }

    /** Returns this lineage with the revision of the training code, such as a commit's id. */
    public Lineage withCodeRevision(String revision) {
        return new Lineage(dataDigest, parentVersion, Objects.requireNonNull(revision, "revision"), producer, metrics);
    }

    /** Returns this lineage with the program or person that produced the version. */
    public Lineage withProducer(String name) {
        return new Lineage(dataDigest, parentVersion, codeRevision, Objects.requireNonNull(name, "name"), metrics);
    }

    /**
     * Returns this lineage with one more measure of quality, such as accuracy on a test set, in place of an earlier one of
     * that name.
     *
     * @throws InvalidInputException if the value is not finite
     */
    public Lineage withMetric(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidInputException("A metric is a finite number; got " + value + " for '" + name + "'");
        }
        Map<String, Double> more = new LinkedHashMap<>(metrics);
        more.put(Objects.requireNonNull(name, "name"), value);
        return new Lineage(dataDigest, parentVersion, codeRevision, producer, Collections.unmodifiableMap(more));
    }

    /** Returns the digest of the training data, if known. */
    public Optional<String> dataDigest() {
        return Optional.ofNullable(dataDigest);
    }

    /** Returns the version that this one was made from, if known. */
    public OptionalInt parentVersion() {
        return parentVersion == 0 ? OptionalInt.empty() : OptionalInt.of(parentVersion);
    }

    /** Returns the revision of the training code, if known. */
    public Optional<String> codeRevision() {
        return Optional.ofNullable(codeRevision);
    }

    /** Returns who or what produced the version, if known. */
    public Optional<String> producer() {
        return Optional.ofNullable(producer);
    }

    /** Returns the measures of quality by name, in the order they were given. */
    public Map<String, Double> metrics() {
        return metrics;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Lineage lineage
                && Objects.equals(dataDigest, lineage.dataDigest)
                && parentVersion == lineage.parentVersion
                && Objects.equals(codeRevision, lineage.codeRevision)
                && Objects.equals(producer, lineage.producer)
                && metrics.equals(lineage.metrics);
    }

    @Override
    public int hashCode() {
        return Objects.hash(dataDigest, parentVersion, codeRevision, producer, metrics);
    }

    @Override
    public String toString() {
        return "Lineage[data=" + dataDigest + ", parent=" + parentVersion + ", code=" + codeRevision + ", producer="
                + producer + ", metrics=" + metrics + "]";
    }
}
