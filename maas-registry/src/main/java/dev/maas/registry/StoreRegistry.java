package dev.maas.registry;

import dev.maas.AccessDeniedException;
import dev.maas.AliasChange;
import dev.maas.AliasUpdate;
import dev.maas.ClosedException;
import dev.maas.InvalidInputException;
import dev.maas.ModelInspector;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelPackage;
import dev.maas.ModelQuery;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryEvent;
import dev.maas.VersionUpdate;
import dev.maas.registry.cache.CachingStore;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.seal.ModelSigning;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TrustPolicy;
import dev.maas.registry.store.ObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A registry on a store: finds each model's log, and asks it. */
final class StoreRegistry implements ManagedRegistry {
    private final ObjectStore store;
    private final RegistryOptions options;
    private final String who;
    private final StoreReader reader;
    private final LogReader logReader;
    private final Blobs blobs;
    private final Leases leases;
    private final Publisher publisher;
    private final Listings listings;
    private final Watches watches;
    private final Trust trust;
    private final FileKeys keys;
    private final Labels labels;
    private final String id;
    private final Map<String, ModelLog> logs = new ConcurrentHashMap<>();
    private volatile boolean closed;

    StoreRegistry(ObjectStore store, RegistryOptions options, String who, List<ModelInspector> inspectors) {
        this.store = store;
        this.options = options.inspectors(inspectors);
        this.who = who;
        this.reader = new StoreReader(store);
        this.logReader = new LogReader(reader);
        this.blobs = new Blobs(store, CachingStore.originOf(store), options.transfers());
        this.leases = new Leases(reader, options);
        this.trust = new Trust(blobs, options.trust());
        this.keys = new FileKeys(blobs, options.decryption());
        this.publisher = new Publisher(
                blobs, leases, options, new PackageReader(inspectors, options.seal()), new Sameness(trust, keys));
        this.listings = new Listings(store, logReader, this::log);
        this.watches = new Watches(logReader, options.pollInterval(), store.name());
        this.labels = new Labels(store);
        this.id = StoreHeader.open(reader);
        options.memory().ifPresent(memory -> memory.requireRegistry(id));
    }

    /** Returns a model's log, which may be empty. Only logs that have entries are remembered, lest misspelt names pile up. */
    private ModelLog log(String model) {
        requireOpen();
        @Nullable ModelLog known = logs.get(model);
        if (known != null) {
            return known;
        }
        ModelLog fresh = new ModelLog(model, reader, logReader, options);
        return logReader.exists(model, 1) ? logs.computeIfAbsent(model, name -> fresh) : fresh;
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException("The registry in " + store.name() + " was closed");
        }
    }

    private void requireWritable() {
        requireOpen();
        store.readOnlyReason().ifPresent(reason -> {
            throw new AccessDeniedException("The registry in " + store.name() + " is read-only: " + reason);
        });
    }

    private static void requireModel(ModelState state) {
        if (state.isEmpty()) {
            throw new ModelNotFoundException("There is no model '" + state.model() + "' in the registry");
        }
    }

    private <T> T read(String model, Function<ModelState, T> function) {
        return log(ModelRef.requireName(model, "model")).read(state -> {
            requireModel(state);
            return function.apply(state);
        });
    }

    @Override
    public ModelVersion publish(ModelPackage modelPackage) {
        requireWritable();
        String model = modelPackage.name();
        ModelVersion version = publisher.publish(modelPackage, log(model), who);
        labels.published(version, modelPackage.aliases());
        watches.poke(model);
        return version;
    }

    @Override
    public ModelVersion resolve(ModelRef ref) {
        Trust.Candidate found = read(ref.name(), state -> Trust.Candidate.of(Resolver.resolve(state, ref)));
        trust.require(found);
        return found.version();
    }

    @Override
    public ModelSource open(ModelVersion version) {
        Trust.Candidate candidate = candidate(version);
        trust.require(candidate);
        Trust.Content content = trust.read(candidate);
        return open(content, candidate, keys.unwrap(candidate, content.manifest()));
    }

    private ModelSource open(Trust.Content content, Trust.Candidate candidate, Map<String, FileKey> fileKeys) {
        CachingStore.noteChunks(store, Attachments.chunkIndexes(candidate.attachments()));
        ModelVersion version = candidate.version();
        return VerifiedSource.open(
                version.ref().toString(),
                content.facts().entry(),
                version.metadata(),
                content.manifest().files(),
                fileKeys,
                blobs);
    }

    private Trust.Candidate candidate(ModelVersion version) {
        return read(version.name(), state -> Trust.Candidate.of(required(state, version)));
    }

    private static VersionState required(ModelState state, ModelVersion version) {
        VersionState there = Resolver.there(state, version.number());
        if (!there.version.digest().equals(version.digest())) {
            throw new ModelNotFoundException("'" + version.ref() + "' has the digest " + there.version.digest()
                    + " in this registry, not " + version.digest() + ". Resolve it here first");
        }
        return there;
    }

    @Override
    public Page<String> models(Page.Request request) {
        requireOpen();
        return listings.models(request);
    }

    @Override
    public Page<ModelVersion> versions(String name, Page.Request request) {
        return read(name, state -> Listings.versions(state, request));
    }

    @Override
    public Page<ModelVersion> search(ModelQuery query, Page.Request request) {
        requireOpen();
        return listings.search(query, request);
    }

    @Override
    public Map<String, Integer> aliases(String name) {
        return read(name, state -> Collections.unmodifiableMap(new TreeMap<>(state.aliases())));
    }

    @Override
    public AliasChange alias(AliasUpdate update) {
        List<String> manifest = new ArrayList<>();
        commit(update.name(), update.who(), update.why(), state -> {
            Optional<Change> change = AliasUpdates.decide(state, update);
            manifest.clear();
            update.version()
                    .ifPresent(
                            number -> manifest.add(Resolver.there(state, number).manifestHex()));
            return change;
        });
        labels.aliased(update.name(), update.alias(), manifest.stream().findFirst());
        return aliasHistory(update.name(), update.alias()).get(0);
    }

    @Override
    public List<AliasChange> aliasHistory(String name, String alias) {
        ModelRef.requireName(alias, "alias");
        return read(name, state -> {
            List<AliasChange> changes = new ArrayList<>(state.aliasChanges().stream()
                    .filter(change -> change.alias().equals(alias))
                    .toList());
            Collections.reverse(changes);
            return Collections.unmodifiableList(changes);
        });
    }

    @Override
    public RegistryEvent update(VersionUpdate update) {
        Instant until = options.clock().instant().plus(options.retention()).truncatedTo(ChronoUnit.MILLIS);
        return commit(
                        update.name(),
                        update.who(),
                        update.why(),
                        state -> Optional.of(VersionUpdates.decide(state, update, until)))
                .map(LogEntry::event)
                .orElseThrow();
    }

    private Optional<LogEntry> commit(
            String model, Optional<String> orderedBy, String why, ModelLog.Decision decision) {
        requireWritable();
        String name = orderedBy.map(Orders::requireWho).orElse(who);
        Optional<LogEntry> entry = log(model).commit(name, Orders.requireWhy(why), state -> {
            requireModel(state);
            return decision.decide(state);
        });
        watches.poke(model);
        return entry;
    }

    @Override
    public Page<RegistryEvent> history(String name, Page.Request request) {
        read(name, state -> name);
        return listings.history(name, request);
    }

    @Override
    public AutoCloseable watch(String name, Consumer<RegistryEvent> listener) {
        Objects.requireNonNull(listener, "listener");
        ModelLog log = log(ModelRef.requireName(name, "model"));
        return watches.watch(name, log.readNow(ModelState::sequence), listener);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String storeName() {
        return store.name();
    }

    @Override
    public Optional<String> readOnlyReason() {
        return store.readOnlyReason();
    }

    @Override
    public Optional<Instant> offlineSince() {
        return store instanceof CachingStore cache ? cache.offlineSince() : Optional.empty();
    }

    @Override
    public CollectionReport collect() {
        requireWritable();
        return collector().collect();
    }

    @Override
    public void exportModel(String name, Path archive) {
        ModelSnapshot snapshot = log(ModelRef.requireName(name, "model")).readNow(state -> {
            requireModel(state);
            return ModelSnapshot.of(state);
        });
        new ModelExport(logReader, blobs, leases, options, trust)
                .write(snapshot, store.readOnlyReason().isEmpty(), archive);
    }

    @Override
    public ImportReport importModel(Path archive) {
        requireWritable();
        try (ArchiveStore archived = ArchiveStore.open(archive)) {
            ImportReport report = new ModelImport(archived, reader, blobs, leases, options).run();
            watches.poke(report.model());
            return report;
        }
    }

    @Override
    public CollectionReport previewCollection() {
        requireWritable();
        return collector().preview();
    }

    private Collector collector() {
        return store instanceof CachingStore cache
                ? Collector.reading(cache.origin(), options, who)
                : new Collector(reader, logReader, leases, options, this::log, who);
    }

    @Override
    public byte[] facts(ModelVersion version) {
        return blobs.bytes(trust.read(candidate(version)).manifest().facts().hex(), LogJson.LARGEST);
    }

    @Override
    public Attachment attach(ModelVersion version, String type, byte[] content) {
        requireWritable();
        String subject = read(version.name(), state -> required(state, version).manifestHex());
        Attachments.Artifact artifact = Attachments.to(blobs, subject, type, content.clone());
        try (HeldBlobs held = new HeldBlobs(leases, options, artifact.hexes())) {
            artifact.put(blobs);
            held.refresh();
            commit(version.name(), Optional.empty(), "", state -> {
                boolean there = required(state, version).attachments.stream()
                        .anyMatch(attachment -> attachment.manifest().equals(artifact.manifestHex()));
                return there ? Optional.empty() : Optional.of(artifact.change(version.number()));
            });
            artifact.put(blobs);
        }
        return new Attachment(type, Sha256.PREFIX + artifact.manifestHex());
    }

    @Override
    public Attachment sign(ModelVersion version, Signer signer) {
        Trust.Content content = trust.read(candidate(version));
        byte[] signature = ModelSigning.sign(version.name(), content.manifest().digests(), signer);
        return attach(version, ModelSigning.MEDIA_TYPE, signature);
    }

    @Override
    public Set<String> verify(ModelVersion version, TrustPolicy policy) {
        Trust.Candidate candidate = candidate(version);
        Trust.Content content = trust.read(candidate);
        Set<String> signers = trust.verify(candidate, content, policy);
        // Digests and signatures are of what is stored, which takes no keys to verify.
        open(content, candidate, Map.of()).close();
        return signers;
    }

    @Override
    public StoredFiles files(ModelVersion version) {
        Trust.Candidate candidate = candidate(version);
        return FileKeys.files(candidate, trust.read(candidate).manifest());
    }

    @Override
    public Optional<Attachment> rewrap(ModelVersion version) {
        Trust.Candidate candidate = candidate(version);
        return keys.rewrapped(candidate, trust.read(candidate).manifest())
                .map(wrapped -> attach(version, FileKeys.MEDIA_TYPE, wrapped));
    }

    @Override
    public List<Attachment> attachments(ModelVersion version) {
        return read(
                version.name(),
                state -> required(state, version).attachments.stream()
                        .map(attach -> new Attachment(attach.type(), Sha256.PREFIX + attach.manifest()))
                        .toList());
    }

    @Override
    public byte[] read(Attachment attachment) {
        requireOpen();
        ModelRef ref = ModelRef.parse("attachment@" + attachment.digest());
        if (!(ref.selector() instanceof ModelRef.Digest digest)) {
            throw new InvalidInputException("An attachment has a sha256 digest; got another text");
        }
        return Attachments.read(blobs, digest.hex());
    }

    @Override
    public ExportReport export(Path folder, ExportOptions exportOptions) {
        requireOpen();
        return new Exporter(reader, id, options.clock(), this::log).export(folder, exportOptions);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            watches.close();
            store.close();
        }
    }

    @Override
    public String toString() {
        return "registry in " + store.name();
    }
}
