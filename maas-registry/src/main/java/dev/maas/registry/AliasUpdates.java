package dev.maas.registry;

import dev.maas.AliasUpdate;
import dev.maas.ModelNotFoundException;
import dev.maas.RegistryConflictException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Decides on moves of aliases. */
final class AliasUpdates {
    private AliasUpdates() {}

    /** Returns the change to commit, empty if the alias is there already, or throws what stands against it. */
    static Optional<Change> decide(ModelState state, AliasUpdate update) {
        @Nullable Integer current = state.aliases().get(update.alias());
        OptionalInt now = ModelState.optional(current == null ? 0 : current);
        String alias = "'" + update.name() + "@" + update.alias() + "'";
        if (update.isConditional() && !now.equals(update.expected())) {
            throw new RegistryConflictException(alias + " points to " + shown(now) + ", not to "
                    + shown(update.expected()) + " as expected. Look at its history before moving it");
        }
        if (update.version().isEmpty() && current == null) {
            throw new ModelNotFoundException("There is no alias " + alias + " to remove");
        }
        if (update.version().isPresent()) {
            VersionState target = Resolver.there(state, update.version().getAsInt());
            if (target.version.yanked()) {
                throw new RegistryConflictException(alias + " cannot point to version " + target.version.number()
                        + ", which is withdrawn. Put the version back first");
            }
        }
        return now.equals(update.version())
                ? Optional.empty()
                : Optional.of(new Change.Alias(update.alias(), update.version().orElse(0)));
    }

    private static String shown(OptionalInt version) {
        return version.isPresent() ? "version " + version.getAsInt() : "nothing";
    }
}
