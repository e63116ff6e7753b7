package dev.maas.registry.store;

import java.net.URI;
import java.util.Optional;

/**
 * Opens the stores of one URI scheme.
 *
 * <p>Found by {@link java.util.ServiceLoader}: a jar names its provider under
 * {@code META-INF/services/dev.maas.registry.store.ObjectStoreProvider}. Two providers for one scheme are an error that names both.
 * A provider must load without the optional libraries that its stores need, so that it can say which are missing. Safe for use by
 * any thread.
 */
public interface ObjectStoreProvider {
    /** Returns the scheme in lower case, such as {@code s3}. */
    String scheme();

    /**
     * Returns why the provider cannot open stores here, such as the Maven coordinates of an optional library that is not on the
     * class path; empty if it can.
     */
    default Optional<String> unavailable() {
        return Optional.empty();
    }

    /**
     * Opens the store at a location. Options of the store are in the URI's query; unknown ones are refused. Blocks while the store
     * probes its primitives.
     *
     * @throws dev.maas.InvalidInputException if the URI is not of the provider's form
     * @throws dev.maas.RegistryException if there is no such store, or it is out of reach
     */
    ObjectStore open(URI location);
}
