/**
 * Measures maas against the plain runtime and DJL, in one run, interleaved; prints tables, and each figure as a line
 * {@code figure NAME VALUE UNIT}.
 */
@NullMarked
package dev.maas.benchmarks;

import org.jspecify.annotations.NullMarked;
