/**
 * How registries write and read: canonical JSON, strict reading of what may be hostile, and digests.
 *
 * <p>Public for the sibling packages only. These types may change in any release; applications do not use them.
 */
@NullMarked
package dev.maas.registry.format;

import org.jspecify.annotations.NullMarked;
