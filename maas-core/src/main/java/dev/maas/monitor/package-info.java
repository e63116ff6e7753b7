/**
 * Tests that watch what models do while they do it, and may be looked at after every observation.
 *
 * <p>Start with {@link dev.maas.monitor.TwoSampleTest}.
 */
@NullMarked
package dev.maas.monitor;

import org.jspecify.annotations.NullMarked;
