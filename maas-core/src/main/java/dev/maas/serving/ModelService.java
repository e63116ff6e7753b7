package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.Model;
import dev.maas.ModelRef;
import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.Predictor;
import dev.maas.Translator;
import dev.maas.TypeRef;
import dev.maas.bind.Binder;
import dev.maas.bind.Binding;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The models an application has in use: loads them from a registry when they are first called, shares them, follows their aliases,
 * and swaps versions while calls go on.
 *
 * <p>Safe for use by any thread. One service is meant to serve the whole application.
 *
 * <pre>{@code
 * try (ModelService service = ModelService.of(registry)) {
 *     Predictor<String, Verdict> spam = service.predictor("spam@champion", String.class, Verdict.class);
 *     Verdict verdict = spam.predict("You won a free prize!");
 * }
 * }</pre>
 */
public final class ModelService implements AutoCloseable {
    private final ModelRegistry registry;
    private final ServiceOptions options;
    private final Workshop workshop;
    private final Versions versions;
    private final Follower follower;
    private final ConcurrentHashMap<ModelRef, Target> targets = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private ModelService(ModelRegistry registry, ServiceOptions options, LongSupplier nanoClock) {
        this.registry = registry;
        this.options = options;
        this.workshop = new Workshop(options.engines());
        this.versions = new Versions(registry, workshop, options, nanoClock);
        this.follower = new Follower(registry, workshop, options.pollInterval());
    }

    /** Returns a service for a registry's models, with the defaults. The registry stays the caller's to close, after the service. */
    public static ModelService of(ModelRegistry registry) {
        return of(registry, ServiceOptions.defaults());
    }

    /** Returns a service with these options; see {@link #of(ModelRegistry)}. */
    public static ModelService of(ModelRegistry registry, ServiceOptions options) {
        return of(registry, options, System::nanoTime);
    }

    /** Returns a service that takes the time of loads by a test's clock. */
    static ModelService of(ModelRegistry registry, ServiceOptions options, LongSupplier nanoClock) {
        return new ModelService(registry, options, nanoClock);
    }

    /**
     * Returns a predictor for a reference. The types are checked against the model's signature now; the model is loaded with the first
     * call, or with {@link #load}.
     *
     * @throws dev.maas.ModelNotFoundException if the reference means nothing
     * @throws dev.maas.InvalidInputException if the types do not fit the signature; the message shows both side by side
     */
    public <I, O> Predictor<I, O> predictor(String ref, Class<I> inputType, Class<O> outputType) {
        return predictor(ref, TypeRef.of(inputType), TypeRef.of(outputType));
    }

    /** Returns a predictor for types with type arguments; see {@link #predictor(String, Class, Class)}. */
    public <I, O> Predictor<I, O> predictor(String ref, TypeRef<I> inputType, TypeRef<O> outputType) {
        // The version's manifest has all that a check of the types needs; loading can wait.
        Target target = target(ref, version -> {
            Binding<I, O> unused = Binder.bind(version.signature(), version.metadata(), inputType, outputType);
        });
        return predictor(
                target,
                version -> version.calls(Binder.bind(version.signature(), version.metadata(), inputType, outputType)));
    }

    /** Returns a predictor that converts with the given translator; see {@link #predictor(String, Class, Class)}. */
    public <I, O> Predictor<I, O> predictor(String ref, Translator<I, O> translator) {
        return predictor(target(ref, version -> {}), version -> version.calls(translator));
    }

    /**
     * Returns what the version that a reference means now takes and gives; loads nothing.
     *
     * @throws dev.maas.ModelNotFoundException if the reference means nothing
     */
    public Signature signature(String ref) {
        Target target = target(ref, version -> {});
        return target.loaded()
                .map(LoadedVersion::signature)
                .orElseGet(() -> registry.resolve(target.ref()).signature());
    }

    /**
     * Returns a predictor on tensors, for the sibling packages that compose models; applications ask for typed ones, or use a
     * {@link Translator}.
     *
     * @param suits throws an {@link dev.maas.InvalidInputException} for the signature of a version that the caller cannot use; such a
     *     version is not put into service
     */
    public Predictor<TensorCall, Outputs> tensorPredictor(String ref, Consumer<Signature> suits) {
        Target target = target(ref, version -> suits.accept(version.signature()));
        return predictor(target, version -> {
            suits.accept(version.signature());
            return version.tensorCalls();
        });
    }

    private <I, O> Predictor<I, O> predictor(Target target, Function<LoadedVersion, VersionCalls<I, O>> binder) {
        TargetPredictor<I, O> predictor = new TargetPredictor<>(target, binder, workshop);
        target.loaded().ifPresent(predictor::requireSuits);
        target.addUser(predictor);
        return predictor;
    }

    /**
     * Loads what a reference means now, unless it is loaded already; blocks until it can be called.
     *
     * @throws dev.maas.ModelLoadException if it cannot be loaded
     * @throws dev.maas.OverloadedException if a memory budget has no room for it in time; see {@link ServiceOptions#memoryBudget}
     */
    public void load(String ref) {
        target(ref, version -> {}).lease(CallOptions.none()).runner().release();
    }

    /**
     * Returns the version that a reference means now, loaded. It stays the same version, and in memory, until it is closed; what the
     * service itself serves is not affected by that. Under a memory budget it takes its part until then; see
     * {@link ServiceOptions#memoryBudget}.
     */
    public Model model(String ref) {
        requireOpen();
        ModelVersion version = registry.resolve(ModelRef.parse(ref));
        Patience patience = new Patience()
                .atLeast(options.optionsOf(version.name()).runner().maxQueueTime());
        LoadedVersion loaded = versions.acquire(version, patience);
        return new ServedModel(loaded, () -> versions.release(loaded));
    }

    /** Returns what a reference means; a target is made, and followed, only of what the registry knows and the check lets pass. */
    private Target target(String text, Consumer<ModelVersion> check) {
        requireOpen();
        ModelRef ref = ModelRef.parse(text);
        Target known = targets.get(ref);
        if (known == null || known.loaded().isEmpty()) {
            check.accept(registry.resolve(ref));
        }
        if (known != null) {
            return known;
        }
        Target fresh = new Target(ref, registry, versions, options.optionsOf(ref.name()));
        Target other = targets.putIfAbsent(ref, fresh);
        if (other != null) {
            return other;
        }
        if (fresh.isMovable()) {
            follower.follow(fresh);
        }
        return fresh;
    }

    /** Asks the registry now whether an alias moved, and swaps versions accordingly; returns when that is done. */
    public void refresh() {
        requireOpen();
        targets.values().forEach(target -> target.refresh(true));
    }

    /** Returns how the result cache of a model has done; empty if no version of it that keeps results was loaded. */
    public Optional<ResultCacheStatistics> resultCache(String name) {
        return workshop.resultCaches().known(name).map(ResultCache::statistics);
    }

    /** Returns how the service and each of its models is. */
    public ServiceHealth health() {
        List<ServiceHealth.ModelHealth> models = targets.values().stream()
                .map(this::health)
                .sorted(Comparator.comparing(health -> health.ref().toString()))
                .toList();
        boolean callable = models.stream().noneMatch(health -> health.state() == ServiceHealth.State.FAILED);
        return new ServiceHealth(!closed, !closed && callable, models, versions.memory());
    }

    private ServiceHealth.ModelHealth health(Target target) {
        Optional<LoadedVersion> loaded = target.loaded();
        String problem = target.problem().map(Target.Problem::reason).orElse("");
        if (loaded.isEmpty()) {
            boolean failed = !problem.isEmpty();
            return new ServiceHealth.ModelHealth(
                    target.ref(),
                    failed ? ServiceHealth.State.FAILED : ServiceHealth.State.COLD,
                    OptionalInt.empty(),
                    failed ? problem : target.whyCold());
        }
        return new ServiceHealth.ModelHealth(
                target.ref(),
                problem.isEmpty() ? ServiceHealth.State.READY : ServiceHealth.State.DEGRADED,
                OptionalInt.of(loaded.get().number()),
                problem,
                versions.bytesOf(loaded.get()));
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException("The model service was closed");
        }
    }

    /**
     * Lets the calls under way finish, frees the models and ends the service's threads. Closing again does nothing.
     *
     * <p>Does not wait where it would wait for itself, in a call or in what was attached to the future of one, nor in a thread that is
     * interrupted: the rest is done then by whoever ends the last call.
     */
    @Override
    public void close() {
        closed = true;
        follower.close();
        workshop.closeAfter(versions.close());
    }
}
