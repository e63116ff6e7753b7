/**
 * Models as other systems keep them, read as packages to publish: Triton's and TensorFlow Serving's repositories, MLflow's folders, the cache
 * of Hugging Face's hub. See {@link dev.maas.registry.migrate.ForeignModels}.
 */
@NullMarked
package dev.maas.registry.migrate;

import org.jspecify.annotations.NullMarked;
