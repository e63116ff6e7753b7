package dev.maas.registry;

import dev.maas.ModelNotFoundException;
import dev.maas.ModelRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the version that a reference means. */
final class Resolver {
    private static final int MOST_SHOWN = 8;

    private Resolver() {}

    /**
     * Returns the version.
     *
     * @throws ModelNotFoundException if there is none; the message lists what there is
     */
    static VersionState resolve(ModelState state, ModelRef ref) {
        VersionState found = find(state, ref.selector()).orElseThrow(() -> notFound(state, ref));
        if (!found.isThere()) {
            throw gone(state, found);
        }
        return found;
    }

    private static Optional<VersionState> find(ModelState state, ModelRef.Selector selector) {
        if (selector instanceof ModelRef.Version version) {
            return state.version(version.number());
        } else if (selector instanceof ModelRef.Alias alias) {
            @Nullable Integer number = state.aliases().get(alias.alias());
            return number == null ? Optional.empty() : state.version(number);
        } else if (selector instanceof ModelRef.SemanticVersion semantic) {
            return SemanticVersions.find(state, semantic.version());
        } else if (selector instanceof ModelRef.SemanticRange range) {
            return SemanticVersions.newest(state, range.range());
        } else if (selector instanceof ModelRef.Digest digest) {
            List<VersionState> newestFirst = new ArrayList<>(state.versions());
            Collections.reverse(newestFirst);
            return newestFirst.stream()
                    .filter(version ->
                            version.isThere() && version.manifestHex().equals(digest.hex()))
                    .findFirst();
        }
        return state.newest();
    }

    /**
     * Returns a version that is there.
     *
     * @throws ModelNotFoundException if it is not
     */
    static VersionState there(ModelState state, int number) {
        VersionState found =
                state.version(number).orElseThrow(() -> notFound(state, ModelRef.of(state.model(), number)));
        if (!found.isThere()) {
            throw gone(state, found);
        }
        return found;
    }

    static ModelNotFoundException notFound(ModelState state, ModelRef ref) {
        List<Integer> numbers = state.versions().stream()
                .filter(VersionState::isOffered)
                .map(version -> version.version.number())
                .sorted(Collections.reverseOrder())
                .toList();
        return new ModelNotFoundException("There is no '" + ref + "'. '" + state.model() + "' has the versions "
                + shown(numbers) + ", the aliases "
                + shown(List.copyOf(state.aliases().keySet()))
                + " and the semantic versions " + SemanticVersions.some(state, MOST_SHOWN));
    }

    private static String shown(List<?> items) {
        return items.size() <= MOST_SHOWN
                ? items.toString()
                : items.subList(0, MOST_SHOWN) + " and " + (items.size() - MOST_SHOWN) + " more";
    }

    private static ModelNotFoundException gone(ModelState state, VersionState version) {
        String what = "'" + state.model() + ":" + version.version.number() + "' was deleted";
        return new ModelNotFoundException(
                version.purged
                        ? what + " and is gone for good"
                        : what + "; it can be restored until " + version.deletedUntil);
    }
}
