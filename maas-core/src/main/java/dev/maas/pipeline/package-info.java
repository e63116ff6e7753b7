/**
 * Models and Java functions composed into one typed graph that is called like a model.
 *
 * <p>{@link dev.maas.pipeline.Pipeline} is where to begin.
 */
@NullMarked
package dev.maas.pipeline;

import org.jspecify.annotations.NullMarked;
