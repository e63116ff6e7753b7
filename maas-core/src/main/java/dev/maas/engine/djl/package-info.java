/**
 * The engine {@code djl}: any engine of the Deep Java Library that is on the class path, behind the SPI of maas.
 *
 * <p>Applications use {@link dev.maas.engine.djl.DjlTranslator} to keep a DJL translator that they have; the rest is found by
 * {@link java.util.ServiceLoader}.
 */
@NullMarked
package dev.maas.engine.djl;

import org.jspecify.annotations.NullMarked;
