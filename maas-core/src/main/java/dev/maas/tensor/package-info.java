/**
 * Tensors and the description of a model's inputs and outputs.
 *
 * <p>The bottom of the house: this package knows no other package of maas and throws JDK exceptions
 * only.
 */
@NullMarked
package dev.maas.tensor;

import org.jspecify.annotations.NullMarked;
