package dev.maas.registry;

import dev.maas.ModelMetadata;
import dev.maas.tensor.Signature;

/**
 * What a registry knows about a version besides its files: the layer of the manifest that is our own. Immutable.
 *
 * @param entry the name of the file to load
 * @param signature what the model takes and gives
 * @param metadata what its publisher said about it
 */
record Facts(String entry, Signature signature, ModelMetadata metadata) {}
