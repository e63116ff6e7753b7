/**
 * The engine {@code onnxruntime}: ONNX Runtime, called directly.
 *
 * <p>Found by {@link java.util.ServiceLoader}; only its provider is public.
 */
@NullMarked
package dev.maas.engine.onnx;

import org.jspecify.annotations.NullMarked;
