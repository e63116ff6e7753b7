/**
 * OCI image layouts in tar files: writing them as they come, and reading what may be hostile. Knows nothing of registries.
 *
 * <p>For sibling packages only; applications export and import models by {@code ManagedRegistry}.
 */
@NullMarked
package dev.maas.registry.exchange;

import org.jspecify.annotations.NullMarked;
