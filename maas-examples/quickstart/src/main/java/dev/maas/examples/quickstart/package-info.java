/**
 * The main job of maas from end to end: train, publish, serve, call, and change the version while calls go on.
 *
 * <p>Begin with {@link dev.maas.examples.quickstart.Quickstart}; the rest reads arguments and prints.
 */
@NullMarked
package dev.maas.examples.quickstart;

import org.jspecify.annotations.NullMarked;
