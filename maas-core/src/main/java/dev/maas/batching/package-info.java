/**
 * Runs the calls of one loaded model: alone where the model is idle, together where callers meet.
 *
 * <p>Public only for the sibling packages that serve models.
 */
@NullMarked
package dev.maas.batching;

import org.jspecify.annotations.NullMarked;
