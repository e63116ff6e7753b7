/**
 * Where a registry keeps its objects: one small contract, {@link dev.maas.registry.store.ObjectStore}, and the stores that keep it.
 *
 * <p>A store knows keys and bytes only. What the keys mean, and how versions and aliases come of them, is the business of
 * {@code dev.maas.registry}.
 */
@NullMarked
package dev.maas.registry.store;

import org.jspecify.annotations.NullMarked;
