package dev.maas.serving;

import dev.maas.AliasChange;
import dev.maas.AliasUpdate;
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
import dev.maas.gate.ModelGate;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxType;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A registry of a test: keeps versions in memory, counts what is asked of it, and can be made to fail or to wait. */
final class TestRegistry implements ModelRegistry {
    private record Stored(ModelVersion version, ModelSource source) {}

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger sourcesClosed = new AtomicInteger();
    final AtomicInteger watches = new AtomicInteger();
    /** The size that the manifests of versions published from now on tell. */
    volatile long byteSize = 1;
    /** Runs whenever a version's files are opened; what it throws, {@link #open} throws. */
    volatile Consumer<ModelVersion> onOpen = version -> {};
    /** Runs whenever a reference is resolved. */
    volatile Consumer<ModelRef> onResolve = ref -> {};

    private final Map<String, List<Stored>> models = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Integer>> aliases = new ConcurrentHashMap<>();
    private final Map<String, List<Consumer<RegistryEvent>>> listeners = new ConcurrentHashMap<>();

    /** A model that adds a number to each of two: {@code x: float32[batch, 2] -> y: float32[batch, 2]}. */
    static byte[] plus(float number) {
        return new OnnxGraph("plus")
                .input("x", OnnxType.tensor(ElementType.FLOAT32, "[batch, 2]"))
                .weight("w", Tensor.scalar(number))
                .node("Add", List.of("x", "w"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[batch, 2]"))
                .toModel();
    }

    /** Publishes a sound model and returns its number. */
    int publish(String name, byte[] model) {
        return publish(name, ModelSource.of(model));
    }

    int publish(String name, ModelSource source) {
        Signature signature = new ModelGate()
                .inspect(source)
                .onnx()
                .flatMap(onnx -> onnx.signature())
                .orElseThrow();
        return publish(name, source, signature, ModelMetadata.empty());
    }

    /** Publishes whatever it is; the signature is what the manifest says. */
    synchronized int publish(String name, ModelSource source, Signature signature, ModelMetadata metadata) {
        List<Stored> versions = models.computeIfAbsent(name, key -> new CopyOnWriteArrayList<>());
        int number = versions.size() + 1;
        String digest = "sha256:" + String.format("%032x%032x", name.hashCode() & 0xffffffffL, number);
        versions.add(new Stored(
                new ModelVersion(name, number, digest, Instant.EPOCH, "test", byteSize, signature, metadata, false),
                source));
        return number;
    }

    /** Replaces the files of a version, as if a damaged store had been mended. */
    void mend(String name, int number, byte[] model) {
        List<Stored> versions = models.getOrDefault(name, new ArrayList<>());
        versions.set(number - 1, new Stored(versions.get(number - 1).version, ModelSource.of(model)));
    }

    @Override
    public ModelVersion resolve(ModelRef ref) {
        onResolve.accept(ref);
        List<Stored> versions = models.get(ref.name());
        if (versions == null) {
            throw new ModelNotFoundException("No model is named '" + ref.name() + "'; there are " + models.keySet());
        }
        int number = versions.size();
        if (ref.selector() instanceof ModelRef.Version version) {
            number = version.number();
        } else if (ref.selector() instanceof ModelRef.Alias alias) {
            Integer known = aliases(ref.name()).get(alias.alias());
            if (known == null) {
                throw new ModelNotFoundException("'" + ref.name() + "' has no alias '" + alias.alias() + "'");
            }
            number = known;
        }
        if (number < 1 || number > versions.size()) {
            throw new ModelNotFoundException("'" + ref.name() + "' has no version " + number);
        }
        return versions.get(number - 1).version;
    }

    @Override
    public ModelSource open(ModelVersion version) {
        opened.incrementAndGet();
        onOpen.accept(version);
        return new CountedSource(models.getOrDefault(version.name(), List.of()).get(version.number() - 1).source);
    }

    /** Counts that it was closed, once. */
    private final class CountedSource implements ModelSource {
        private final ModelSource source;
        private final AtomicInteger closes = new AtomicInteger();

        CountedSource(ModelSource source) {
            this.source = source;
        }

        @Override
        public String entry() {
            return source.entry();
        }

        @Override
        public Set<String> files() {
            return source.files();
        }

        @Override
        public long size(String file) throws java.io.IOException {
            return source.size(file);
        }

        @Override
        public InputStream open(String file) throws java.io.IOException {
            return source.open(file);
        }

        @Override
        public Optional<Path> path(String file) {
            return source.path(file);
        }

        @Override
        public Optional<Path> folder() {
            return source.folder();
        }

        @Override
        public void close() {
            if (closes.getAndIncrement() == 0) {
                sourcesClosed.incrementAndGet();
            }
        }
    }

    @Override
    public Map<String, Integer> aliases(String name) {
        return aliases.getOrDefault(name, Map.of());
    }

    @Override
    public AliasChange alias(AliasUpdate update) {
        throw new UnsupportedOperationException("Tests move aliases with point");
    }

    /** Moves an alias, telling nobody. */
    void point(String name, String alias, int number) {
        Map<String, Integer> moved = new TreeMap<>(aliases(name));
        moved.put(alias, number);
        aliases.put(name, Map.copyOf(moved));
    }

    /** Tells those who watch a model that something happened to it. */
    void tell(String name) {
        RegistryEvent event =
                new RegistryEvent(name, 1, RegistryEvent.Kind.ALIAS, "champion", Instant.EPOCH, "test", "");
        listeners.getOrDefault(name, List.of()).forEach(listener -> listener.accept(event));
    }

    @Override
    public AutoCloseable watch(String name, Consumer<RegistryEvent> listener) {
        watches.incrementAndGet();
        listeners.computeIfAbsent(name, key -> new CopyOnWriteArrayList<>()).add(listener);
        return watches::decrementAndGet;
    }

    @Override
    public ModelVersion publish(ModelPackage modelPackage) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<String> models(Page.Request request) {
        return new Page<>(models.keySet().stream().sorted().toList(), Optional.empty());
    }

    @Override
    public Page<ModelVersion> versions(String name, Page.Request request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<AliasChange> aliasHistory(String name, String alias) {
        throw new NoSuchElementException(OptionalInt.empty().toString());
    }

    @Override
    public RegistryEvent update(VersionUpdate update) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<ModelVersion> search(ModelQuery query, Page.Request request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<RegistryEvent> history(String name, Page.Request request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
