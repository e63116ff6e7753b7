/**
 * Inspects a model's bytes as data, before any native code sees them, then lets an engine load it.
 *
 * <p>Public only for the sibling packages that load or describe models.
 */
@NullMarked
package dev.maas.gate;

import org.jspecify.annotations.NullMarked;
