/**
 * Binds Java types to a model's inputs and outputs: checked once, when a predictor is made.
 *
 * <p>Applications use only {@link dev.maas.bind.Name}; the rest is public for the sibling packages that serve models.
 */
@NullMarked
package dev.maas.bind;

import org.jspecify.annotations.NullMarked;
