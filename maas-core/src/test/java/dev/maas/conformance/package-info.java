/**
 * Runs the shared corpus of real models through maas: cases with known outputs, and models that must be refused.
 *
 * <p>The corpus lies outside the repository, in the folder {@code conformance} of the system property {@code maas.shared}; the
 * tests are skipped, and say so, where it is absent.
 */
@NullMarked
package dev.maas.conformance;

import org.jspecify.annotations.NullMarked;
