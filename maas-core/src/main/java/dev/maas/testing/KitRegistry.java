package dev.maas.testing;

import dev.maas.AliasChange;
import dev.maas.AliasUpdate;
import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelPackage;
import dev.maas.ModelQuery;
import dev.maas.ModelRef;
import dev.maas.ModelRegistry;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryEvent;
import dev.maas.VersionUpdate;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a test's service reads versions and aliases from. It never leaves the kit, so that it knows only what a service asks a registry;
 * an application that is to be tested with a registry takes one in memory from the registry module. Safe for use by any thread.
 */
final class KitRegistry implements ModelRegistry {
    private final LambdaEngine engine;
    private final Object lock = new Object();

    // Guarded by lock.
    private final Map<String, List<Published>> models = new HashMap<>();
    private final Map<String, Map<String, Integer>> aliases = new HashMap<>();

    KitRegistry(LambdaEngine engine) {
        this.engine = engine;
    }

    private record Published(ModelVersion version, TestModel model) {}

    int publish(String name, TestModel model, ModelMetadata metadata) {
        synchronized (lock) {
            List<Published> versions =
                    models.computeIfAbsent(ModelRef.requireName(name, "model"), key -> new ArrayList<>());
            int number = versions.size() + 1;
            ModelVersion version = new ModelVersion(
                    name,
                    number,
                    digest(name, number),
                    Instant.EPOCH,
                    "test",
                    model.occupied(),
                    model.signature(),
                    metadata,
                    false);
            versions.add(new Published(version, model));
            return number;
        }
    }

    private static String digest(String name, int number) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest((name + ":" + number).getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    void point(String name, String alias, int version) {
        ModelRef.requireName(alias, "alias");
        synchronized (lock) {
            find(ModelRef.of(name, version));
            aliases.computeIfAbsent(name, key -> new HashMap<>()).put(alias, version);
        }
    }

    @Override
    public ModelVersion resolve(ModelRef ref) {
        synchronized (lock) {
            return find(ref).version;
        }
    }

    private Published find(ModelRef ref) {
        List<Published> versions = models.getOrDefault(ref.name(), List.of());
        Map<String, Integer> named = aliases.getOrDefault(ref.name(), Map.of());
        ModelRef.Selector selector = ref.selector();
        Optional<Published> found;
        if (selector instanceof ModelRef.Newest) {
            found = numbered(versions, versions.size());
        } else if (selector instanceof ModelRef.Version version) {
            found = numbered(versions, version.number());
        } else if (selector instanceof ModelRef.Alias alias) {
            found = numbered(versions, named.getOrDefault(alias.alias(), 0));
        } else if (selector instanceof ModelRef.Digest digest) {
            found = versions.stream()
                    .filter(published -> published.version.digest().endsWith(digest.hex()))
                    .findFirst();
        } else {
            throw new InvalidInputException("The versions of a test's service have no semantic versions; got '" + ref
                    + "'. Use a number or an alias, or a registry in memory from the registry module");
        }
        return found.orElseThrow(() -> new ModelNotFoundException("There is no '" + ref + "'; the test published "
                + models.keySet() + ", of this name " + versions.size() + " versions, with the aliases " + named));
    }

    private static Optional<Published> numbered(List<Published> versions, int number) {
        return number >= 1 && number <= versions.size() ? Optional.of(versions.get(number - 1)) : Optional.empty();
    }

    @Override
    public ModelSource open(ModelVersion version) {
        synchronized (lock) {
            return engine.source(find(version.ref()).model);
        }
    }

    /** A service is told by {@link TestService#swap()} instead, so that the test knows when. */
    @Override
    public AutoCloseable watch(String name, Consumer<RegistryEvent> listener) {
        return () -> {};
    }

    @Override
    public ModelVersion publish(ModelPackage modelPackage) {
        throw unasked();
    }

    @Override
    public Page<String> models(Page.Request request) {
        throw unasked();
    }

    @Override
    public Page<ModelVersion> versions(String name, Page.Request request) {
        throw unasked();
    }

    @Override
    public Map<String, Integer> aliases(String name) {
        throw unasked();
    }

    @Override
    public AliasChange alias(AliasUpdate update) {
        throw unasked();
    }

    @Override
    public List<AliasChange> aliasHistory(String name, String alias) {
        throw unasked();
    }

    @Override
    public RegistryEvent update(VersionUpdate update) {
        throw unasked();
    }

    @Override
    public Page<ModelVersion> search(ModelQuery query, Page.Request request) {
        throw unasked();
    }

    @Override
    public Page<RegistryEvent> history(String name, Page.Request request) {
        throw unasked();
    }

    private static UnsupportedOperationException unasked() {
        return new UnsupportedOperationException("A service does not ask its registry that");
    }

    @Override
    public void close() {
        // There is nothing to free.
    }
}
