package dev.maas.registry;

import dev.maas.ModelMetadata;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelRef;
import dev.maas.RegistryConflictException;
import dev.maas.VersionUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Decides what an order to change a version comes to. */
final class VersionUpdates {
    private VersionUpdates() {}

    /**
     * Returns the change.
     *
     * @param deletedUntil until when a version that is deleted now can be restored
     * @throws RegistryConflictException if it changes nothing, or may not be
     * @throws ModelNotFoundException if there is no such version
     */
    static Change decide(ModelState state, VersionUpdate update, Instant deletedUntil) {
        if (update.action() == VersionUpdate.Action.RESTORE) {
            return restore(state, update);
        }
        VersionState version = Resolver.there(state, update.version());
        return switch (update.action()) {
            case YANK -> {
                require(!version.version.yanked(), update, "is withdrawn already");
                yield life("yank", update);
            }
            case UNYANK -> {
                require(version.version.yanked(), update, "is not withdrawn");
                yield life("unyank", update);
            }
            case DELETE -> {
                List<String> aliases = state.aliasesOf(update.version());
                require(aliases.isEmpty(), update, "is what the aliases " + aliases + " point to; move them first");
                yield new Change.Life("delete", update.version(), Optional.of(deletedUntil));
            }
            case EDIT -> edit(version, update);
            case RESTORE -> throw new IllegalStateException("Restoring was decided above");
        };
    }

    private static Change restore(ModelState state, VersionUpdate update) {
        VersionState version = state.version(update.version())
                .orElseThrow(() -> Resolver.notFound(state, ModelRef.of(update.name(), update.version())));
        if (version.purged) {
            throw new ModelNotFoundException(
                    "'" + update.name() + ":" + update.version() + "' was deleted, and the time to restore it is over");
        }
        require(!version.isThere(), update, "is not deleted");
        return life("restore", update);
    }

    private static Change life(String kind, VersionUpdate update) {
        return new Change.Life(kind, update.version(), Optional.empty());
    }

    private static Change edit(VersionState version, VersionUpdate update) {
        ModelMetadata before = version.version.metadata();
        TreeSet<String> tags = new TreeSet<>(before.tags());
        tags.removeAll(update.removedTags());
        tags.addAll(update.addedTags());
        Map<String, String> properties = new TreeMap<>(before.properties());
        update.properties()
                .forEach((key, value) ->
                        value.ifPresentOrElse(text -> properties.put(key, text), () -> properties.remove(key)));
        String description = update.description().orElse(before.description());
        boolean changed = !tags.equals(before.tags())
                || !properties.equals(before.properties())
                || !description.equals(before.description());
        require(changed, update, "says all that already");
        return new Change.Tag(update.version(), new ArrayList<>(tags), properties, description);
    }

    private static void require(boolean condition, VersionUpdate update, String how) {
        if (!condition) {
            throw new RegistryConflictException("'" + update.name() + ":" + update.version() + "' " + how);
        }
    }
}
