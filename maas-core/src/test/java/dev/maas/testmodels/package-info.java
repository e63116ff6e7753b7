/**
 * Models for tests and benchmarks, written byte by byte, so that no model files need to be kept and every run sees the same bytes.
 *
 * <p>{@link dev.maas.testmodels.OnnxModels} has the ready-made ones; {@link dev.maas.testmodels.OnnxGraph} builds others.
 */
@NullMarked
package dev.maas.testmodels;

import org.jspecify.annotations.NullMarked;
