/**
 * The SPI behind which inference engines live.
 *
 * <p>An engine is found by {@link java.util.ServiceLoader} as an {@link dev.maas.engine.EngineProvider}. Applications choose
 * engines by name and never call this package; only the gate, which inspects a model's bytes first, lets an engine load.
 */
@NullMarked
package dev.maas.engine;

import org.jspecify.annotations.NullMarked;
