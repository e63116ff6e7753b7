package dev.maas.engine;

import dev.maas.ClosedException;
import dev.maas.ModelLoadException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The engines at hand, opened when first needed.
 *
 * <p>Public for the sibling packages that load models; applications choose an engine by its name. Safe for use by any thread.
 */
public final class Engines implements AutoCloseable {
    private final Map<String, EngineProvider> providers;
    private final EngineOptions options;
    private final Object lock = new Object();

    // Guarded by lock.
    private final Map<String, Engine> open = new LinkedHashMap<>();
    private boolean closed;

    /**
     * Takes the providers that {@link ServiceLoader} finds.
     *
     * @throws ModelLoadException if two have the same name, or one cannot be made
     */
    public Engines(EngineOptions options) {
        this(ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()), options);
    }

    /** Takes these providers; see {@link #Engines(EngineOptions)}. */
    public Engines(Iterable<EngineProvider> candidates, EngineOptions options) {
        this.options = options;
        this.providers = byName(candidates);
    }

    private static Map<String, EngineProvider> byName(Iterable<EngineProvider> candidates) {
        Map<String, EngineProvider> byName = new TreeMap<>();
        try {
            candidates.forEach(provider -> add(provider, byName));
        } catch (ServiceConfigurationError e) {
            // Its message may hold a jar's absolute path, which stays in the cause.
            throw new ModelLoadException(
                    "An engine on the class path cannot be used; the cause names it."
                            + " Add what it needs to the class path, or remove its jar",
                    e);
        }
        return byName;
    }

    private static void add(EngineProvider provider, Map<String, EngineProvider> byName) {
        EngineProvider other = byName.put(provider.name(), provider);
        if (other != null) {
            throw new ModelLoadException("Two engines are named '" + provider.name() + "': "
                    + other.getClass().getName() + " and "
                    + provider.getClass().getName()
                    + ". Remove one of their jars from the class path");
        }
    }

    /**
     * Returns the engine of that name, open.
     *
     * @throws ModelLoadException if there is none, or it cannot be opened here
     */
    public Engine named(String name) {
        EngineProvider provider = providers.get(name);
        if (provider == null) {
            throw new ModelLoadException("No engine is named '" + name + "'; there are " + providers.keySet()
                    + ". An engine comes with a jar that names its EngineProvider under META-INF/services");
        }
        return open(provider);
    }

    /**
     * Returns the engine of that name, open, to load a model's entry file.
     *
     * @throws ModelLoadException if there is none, it cannot be opened here, or it does not read the file's format
     */
    public Engine named(String name, String file) {
        EngineProvider provider = providers.get(name);
        if (provider != null && !provider.formats().contains(format(file))) {
            throw new ModelLoadException("The engine '" + name + "' does not read '." + format(file)
                    + "' files; it reads " + new TreeSet<>(provider.formats()));
        }
        return named(name);
    }

    /**
     * Returns the preferred engine for a model's entry file, open.
     *
     * @throws ModelLoadException if none that reads the format can be opened here; the message says why for each
     */
    public Engine forFile(String file) {
        String format = format(file);
        List<EngineProvider> readers = providers.values().stream()
                .filter(provider -> provider.formats().contains(format))
                .sorted(Comparator.comparingInt(EngineProvider::preference).reversed())
                .toList();
        List<String> reasons = new ArrayList<>();
        for (EngineProvider provider : readers) {
            EngineProvider.Availability availability = provider.availability();
            if (availability.available()) {
                return open(provider);
            }
            reasons.add(provider.name() + ": " + availability.reason());
        }
        throw new ModelLoadException(
                reasons.isEmpty()
                        ? "No engine reads '." + format + "' files; the engines here read " + formats()
                        : "No engine for '." + format + "' files is available: " + reasons);
    }

    private static String format(String file) {
        return file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> formats() {
        Map<String, Object> formats = new TreeMap<>();
        providers.forEach((name, provider) -> formats.put(name, provider.formats()));
        return formats;
    }

    private Engine open(EngineProvider provider) {
        synchronized (lock) {
            if (closed) {
                throw new ClosedException("The engines were closed");
            }
            Engine engine = open.get(provider.name());
            if (engine == null) {
                EngineProvider.Availability availability = provider.availability();
                if (!availability.available()) {
                    throw new ModelLoadException(
                            "Engine '" + provider.name() + "' is not available: " + availability.reason());
                }
                engine = provider.open(options);
                open.put(provider.name(), engine);
            }
            return engine;
        }
    }

    /**
     * Closes the engines that were opened; their models were closed before. If some fail to close, all the others are closed
     * nevertheless, then the first failure is thrown with the later ones suppressed in it. Closing again does nothing.
     */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            List<Engine> opened = List.copyOf(open.values());
            open.clear();
            RuntimeException failure = null;
            for (Engine engine : opened) {
                try {
                    engine.close();
                } catch (RuntimeException e) {
                    failure = withLater(failure, e);
                }
            }
            if (failure != null) {
                throw failure;
            }
        }
    }

    private static RuntimeException withLater(@Nullable RuntimeException first, RuntimeException later) {
        if (first == null) {
            return later;
        }
        if (first != later) {
            first.addSuppressed(later);
        }
        return first;
    }
}
