/**
 * Predictors made of predictors: ways to bring a new version of a model to its callers, and to go on without one.
 *
 * <p>{@link dev.maas.rollout.Split} divides calls by weight, {@link dev.maas.rollout.Canary} lets few calls try a new version and decides by
 * what becomes of them, {@link dev.maas.rollout.Shadow} runs it on a copy of the calls, and {@link dev.maas.rollout.Fallback} goes on where a model
 * fails. Each is a {@link dev.maas.Predictor}, and takes any: they can stand in each other.
 */
@NullMarked
package dev.maas.rollout;

import org.jspecify.annotations.NullMarked;
