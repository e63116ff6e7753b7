/**
 * Copies of remote blobs on this machine, shared by its processes: fetched once, verified, and kept within a bound.
 *
 * <p>Public for the registry only; applications choose a cache by {@code RegistryOptions}.
 */
@NullMarked
package dev.maas.registry.cache;

import org.jspecify.annotations.NullMarked;
