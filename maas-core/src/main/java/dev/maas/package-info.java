/**
 * The contracts an application programs against, and the values they exchange.
 *
 * <p>Start with {@link dev.maas.Predictor}: a typed function from an input to a prediction. A {@link dev.maas.Model}
 * makes predictors, and a {@link dev.maas.ModelRegistry} keeps the versions of models.
 */
@NullMarked
package dev.maas;

import org.jspecify.annotations.NullMarked;
