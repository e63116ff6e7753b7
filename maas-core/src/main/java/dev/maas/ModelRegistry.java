package dev.maas;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Keeps the versions of models: numbered, immutable, with aliases that move.
 *
 * <p>Every method is safe for use by any number of threads, and a registry's store may be shared with other processes.
 * All of them may block on the store, and throw {@link RegistryException} where it fails and
 * {@link IntegrityException} where it holds something else than was published.
 */
public interface ModelRegistry extends AutoCloseable {
    /**
     * Publishes the next version of a model and moves the package's aliases to it, all in one commit: others see nothing
     * of it or all of it. When this returns, the version is durable.
     *
     * <p>Publishing the same content again under the same semantic version returns the version that is there.
     *
     * @throws InvalidInputException if the package is incomplete
     * @throws ModelLoadException if the model's file is not sound
     * @throws RegistryConflictException if its semantic version already names other content
     * @throws AccessDeniedException if the registry is read-only
     */
    ModelVersion publish(ModelPackage modelPackage);

    /**
     * Returns the version that a reference means at this moment.
     *
     * @throws ModelNotFoundException if there is none; the message lists what there is
     */
    ModelVersion resolve(ModelRef ref);

    /** Returns the version that a written reference means; see {@link #resolve(ModelRef)} and {@link ModelRef#parse}. */
    default ModelVersion resolve(String ref) {
        return resolve(ModelRef.parse(ref));
    }

    /**
     * Opens a version's files, each verified against its digest before its first byte is handed out. Close the source
     * when done.
     *
     * @throws ModelNotFoundException if the version is gone
     */
    ModelSource open(ModelVersion version);

    /** Returns the names of all models, in order. */
    Page<String> models(Page.Request request);

    /**
     * Returns the versions of a model, newest first.
     *
     * @throws ModelNotFoundException if there is no such model
     */
    Page<ModelVersion> versions(String name, Page.Request request);

    /**
     * Returns the aliases of a model and the versions they point to.
     *
     * @throws ModelNotFoundException if there is no such model
     */
    Map<String, Integer> aliases(String name);

    /**
     * Moves an alias.
     *
     * @return the change that was made
     * @throws ModelNotFoundException if there is no such model or version
     * @throws RegistryConflictException if the alias does not point where the update expects
     */
    AliasChange alias(AliasUpdate update);

    /** Points an alias to a version, wherever it points now; see {@link #alias(AliasUpdate)}. */
    default AliasChange alias(String name, String alias, int version) {
        return alias(AliasUpdate.of(name, alias, version));
    }

    /** Returns every move of an alias, newest first; empty if there never was such an alias. */
    List<AliasChange> aliasHistory(String name, String alias);

    /**
     * Points an alias back to where it pointed before its last move, if nobody moves it meanwhile. Doing so twice undoes the
     * first.
     *
     * @param why the reason, for the history
     * @return the change that was made
     * @throws ModelNotFoundException if there is no such model or alias
     * @throws RegistryConflictException if the alias never pointed elsewhere, somebody else moved it, or the version is gone
     */
    default AliasChange rollback(String name, String alias, String why) {
        List<AliasChange> moves = aliasHistory(name, alias);
        if (moves.isEmpty() || moves.get(0).to().isEmpty()) {
            throw new ModelNotFoundException("There is no alias '" + alias + "' of '" + name + "'");
        }
        AliasChange last = moves.get(0);
        if (last.from().isEmpty()) {
            throw new RegistryConflictException("The alias '" + alias + "' of '" + name + "' pointed to "
                    + last.to().getAsInt() + " from the beginning; there is nothing to go back to");
        }
        return alias(AliasUpdate.of(name, alias, last.from().getAsInt())
                .expecting(last.to().getAsInt())
                .because(why));
    }

    /**
     * Withdraws a version, deletes it, takes either back, or edits its tags, properties and description.
     *
     * @return the event that the history has of it
     * @throws ModelNotFoundException if there is no such model or version
     * @throws RegistryConflictException if the update changes nothing, or the version is in use by an alias and may not go
     */
    RegistryEvent update(VersionUpdate update);

    /**
     * Returns the versions of all models that a query asks for, by name, and newest first within a name. Deleted versions are
     * never among them. A search looks at every model whose name fits; the first one takes time in proportion.
     */
    Page<ModelVersion> search(ModelQuery query, Page.Request request);

    /**
     * Returns everything that happened to a model, newest first.
     *
     * @throws ModelNotFoundException if there is no such model
     */
    Page<RegistryEvent> history(String name, Page.Request request);

    /**
     * Tells a listener of each new event of a model, in order, until the returned handle is closed; the model need not be there
     * yet. The listener runs in a thread of the registry's and should be quick; an exception from it is logged and does not end
     * the watch.
     */
    AutoCloseable watch(String name, Consumer<RegistryEvent> listener);

    /** Frees what the registry holds, such as connections and watches; what is published stays. Closing again does nothing. */
    @Override
    void close();
}
