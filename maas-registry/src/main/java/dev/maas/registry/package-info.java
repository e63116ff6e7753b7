/**
 * Registries: numbered, immutable versions of models, with aliases that move, on any {@link dev.maas.registry.store.ObjectStore}.
 *
 * <p>Start with {@link dev.maas.registry.Registries}.
 *
 * <p>Each model has a log, and a commit is the put-if-absent of its next entry: before it, nobody sees anything; after it, everybody
 * sees everything. Versions, aliases, history and audit all follow from replaying that log. The entries chain by digest, so that a
 * changed entry or a fork shows. See the module's README for the format and the guarantees.
 */
@NullMarked
package dev.maas.registry;

import org.jspecify.annotations.NullMarked;
