package dev.maas.registry;

import dev.maas.InvalidInputException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.semver4j.Semver;
import org.semver4j.range.RangeList;
import org.semver4j.range.RangeListFactory;

/** Semantic versions of one model's versions: equality and ranges, by the rules of npm. */
final class SemanticVersions {
    private SemanticVersions() {}

    /**
     * Returns the version with that semantic version, deleted or not: who depends on one never gets other content under it, also after the
     * first is gone for good. Two that differ only in build metadata, behind a {@code +}, are one: they have no order, so that a range could
     * not tell which is newer.
     */
    static Optional<VersionState> find(ModelState state, String semanticVersion) {
        Semver wanted = parse(semanticVersion);
        return state.versions().stream()
                .filter(version -> version.semantic != null && version.semantic.isEquivalentTo(wanted))
                .reduce((first, second) -> first.purged ? second : first);
    }

    /** Returns the version of the greatest semantic version in a range that is offered. */
    static Optional<VersionState> newest(ModelState state, String range) {
        RangeList ranges = ranges(range);
        return state.versions().stream()
                .filter(version ->
                        version.isOffered() && version.semantic != null && version.semantic.satisfies(ranges))
                .max(Comparator.comparing(version -> Objects.requireNonNull(version.semantic)));
    }

    /** Returns the semantic versions that are offered, greatest first, as far as a message can show them. */
    static List<String> some(ModelState state, int most) {
        return state.versions().stream()
                .filter(version -> version.isOffered() && version.semantic != null)
                .map(version -> Objects.requireNonNull(version.semantic))
                .sorted(Comparator.reverseOrder())
                .limit(most)
                .map(Semver::getVersion)
                .toList();
    }

    static Semver parse(String text) {
        Semver parsed = Semver.parse(text);
        if (parsed == null) {
            throw new InvalidInputException("A semantic version is written like 1.4.2; got '" + text + "'");
        }
        return parsed;
    }

    private static RangeList ranges(String range) {
        try {
            return RangeListFactory.create(range);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    "A range of semantic versions is written like ^1.4, ~1.4.2 or >=1.2 <2; got '" + range + "'", e);
        }
    }
}
