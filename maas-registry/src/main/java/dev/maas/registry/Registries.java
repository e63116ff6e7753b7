package dev.maas.registry;

import dev.maas.InvalidInputException;
import dev.maas.ModelInspector;
import dev.maas.RegistryException;
import dev.maas.registry.cache.CacheSettings;
import dev.maas.registry.cache.CachingStore;
import dev.maas.registry.store.ExportedStore;
import dev.maas.registry.store.FileStoreProvider;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens registries, wherever they lie.
 *
 * <pre>{@code
 * try (ManagedRegistry registry = Registries.open("models")) {
 *     registry.publish(ModelPackage.of(Path.of("spam.onnx")).name("spam").alias("champion"));
 * }
 * }</pre>
 *
 * <p>A folder is made if it is not there. The methods have no state and are safe for use by any thread; opening blocks while the store
 * probes its primitives. All throw {@link InvalidInputException} for a location that no store understands, with the Maven coordinates of
 * what is missing where that is known, and {@link RegistryException} where the store is out of reach or holds something else than a
 * registry. Closing a registry closes its store.
 */
public final class Registries {
    /** One letter and a colon begin a path on Windows. */
    private static final Pattern URI_FORM = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    /** The schemes of stores that are on this machine anyway. */
    private static final Set<String> LOCAL = Set.of("file", "memory");

    private Registries() {}

    /** Opens the registry at a location: a folder's path, or a URI such as {@code file:/srv/models} or {@code s3://bucket/models}. */
    public static ManagedRegistry open(String location) {
        return open(location, RegistryOptions.defaults());
    }

    /** Opens the registry at a location; see {@link #open(String)}. */
    public static ManagedRegistry open(String location, RegistryOptions options) {
        try {
            return URI_FORM.matcher(location).matches()
                    ? open(new URI(location), options)
                    : open(Path.of(location), options);
        } catch (URISyntaxException | InvalidPathException e) {
            String form = "A registry lies in a folder, or at a URI like s3://bucket/models";
            if (location.contains("@")) {
                // There may be a password in front of it.
                throw new InvalidInputException(form + "; got another text with an '@' in it");
            }
            throw new InvalidInputException(form + "; got '" + location.replaceAll("\\p{Cntrl}", "?") + "'", e);
        }
    }

    /** Opens the registry in a folder. */
    public static ManagedRegistry open(Path folder) {
        return open(folder, RegistryOptions.defaults());
    }

    /** Opens the registry in a folder. */
    public static ManagedRegistry open(Path folder, RegistryOptions options) {
        return openUncached(new FileStoreProvider().open(folder), options);
    }

    /** Opens the registry at a URI, by the {@link ObjectStoreProvider} of its scheme. */
    public static ManagedRegistry open(URI location) {
        return open(location, RegistryOptions.defaults());
    }

    /** Opens the registry at a URI; see {@link #open(URI)}. */
    public static ManagedRegistry open(URI location, RegistryOptions options) {
        Iterable<ObjectStoreProvider> found =
                ServiceLoader.load(ObjectStoreProvider.class, ObjectStoreProvider.class.getClassLoader());
        ObjectStoreProvider provider = provider(location, found);
        if (LOCAL.contains(provider.scheme())) {
            return openUncached(provider.open(location), options);
        }
        Optional<CacheSettings> cache = cacheSettings(options);
        ObjectStore store = cache.isEmpty()
                ? provider.open(location)
                : CachingStore.open(
                        label(location),
                        location.toString(),
                        () -> headed(provider.open(location), options),
                        cache.get());
        return openUncached(store, options);
    }

    private static Optional<CacheSettings> cacheSettings(RegistryOptions options) {
        Optional<CacheSettings> settings = options.cacheSettings();
        if (options.offline() && settings.isEmpty()) {
            throw new InvalidInputException(
                    "A registry that asks no store serves what is in its cache: name its folder by RegistryOptions.cache(…)");
        }
        return settings;
    }

    /** Returns what messages call a location; what follows its path may hold secrets. */
    private static String label(URI location) {
        return "the store at '" + location.getScheme() + "://"
                + (location.getHost() == null ? "" : location.getHost())
                + (location.getPort() < 0 ? "" : ":" + location.getPort())
                + (location.getRawPath() == null ? "" : location.getRawPath()) + "'";
    }

    /**
     * Opens the registry in a store of the caller's own, which the registry then closes. A cache knows the store by its name, so that two stores
     * with one cache have two names.
     */
    public static ManagedRegistry open(ObjectStore store, RegistryOptions options) {
        Optional<CacheSettings> cache = cacheSettings(options);
        return openUncached(cache.isEmpty() ? store : cached(store, options, cache.get()), options);
    }

    private static ManagedRegistry openUncached(ObjectStore store, RegistryOptions options) {
        try {
            List<ModelInspector> inspectors = options.inspectors().orElseGet(Registries::inspectors);
            return new StoreRegistry(
                    headed(store, options), options, options.who().orElseGet(Registries::userName), inspectors);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Returns an exported store as its head tells it. */
    private static ObjectStore headed(ObjectStore store, RegistryOptions options) {
        return store instanceof ExportedStore exported ? HeadedStore.open(exported, options) : store;
    }

    private static ObjectStore cached(ObjectStore store, RegistryOptions options, CacheSettings settings) {
        try {
            String name = store.name();
            if (settings.offline()) {
                store.close();
            }
            return CachingStore.open(name, name, () -> headed(store, options), settings);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static List<ModelInspector> inspectors() {
        return ServiceLoader.load(ModelInspector.class, ModelInspector.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static String userName() {
        String name = System.getProperty("user.name", "");
        return name.isBlank() ? "unknown" : Orders.requireWho(name);
    }

    static ObjectStoreProvider provider(URI location, Iterable<ObjectStoreProvider> candidates) {
        Map<String, ObjectStoreProvider> byScheme = new TreeMap<>();
        for (ObjectStoreProvider provider : candidates) {
            @Nullable ObjectStoreProvider other = byScheme.put(provider.scheme(), provider);
            if (other != null) {
                throw new InvalidInputException("Two stores are for '" + provider.scheme() + ":': "
                        + other.getClass().getName() + " and "
                        + provider.getClass().getName()
                        + ". Remove one of their jars from the class path");
            }
        }
        String scheme =
                location.getScheme() == null ? "file" : location.getScheme().toLowerCase(Locale.ROOT);
        @Nullable ObjectStoreProvider provider = byScheme.get(scheme);
        if (provider == null) {
            throw new InvalidInputException(
                    "No store is for '" + scheme + ":'; there are stores for " + byScheme.keySet());
        }
        provider.unavailable().ifPresent(reason -> {
            throw new InvalidInputException("The store for '" + scheme + ":' cannot be used: " + reason);
        });
        return provider;
    }
}
