package dev.maas.testing;

import dev.maas.ModelMetadata;
import dev.maas.serving.ModelOptions;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceHealth;
import dev.maas.serving.ServiceOptions;
import java.time.Duration;
import java.util.List;

/**
 * A {@link ModelService} of {@link TestModel}s for an application's unit test: real batching, deadlines, leases and swaps, but no files and
 * no native code.
 *
 * <p>What the service serves changes when the test calls {@link #swap()}, and at no other time. Safe for use by any thread; only
 * {@code swap()} and {@link #close()} block.
 *
 * <pre>{@code
 * try (TestService models = TestService.create()) {
 *     TestModel old = TestModel.ofTexts(1, text -> new float[] {0.1f});
 *     models.publish("spam", old);
 *     Inbox inbox = new Inbox(models.service().predictor("spam", String.class, Float.class));
 *
 *     old.failRuns(new EngineException("out of memory")); // How does the inbox take that?
 *     models.publish("spam", TestModel.ofTexts(1, text -> new float[] {0.9f}));
 *     models.swap(); // And another version?
 * }
 * }</pre>
 */
public final class TestService implements AutoCloseable {
    private final KitRegistry registry;
    private final ModelService service;

    private TestService(ServiceOptions options) {
        LambdaEngine engine = new LambdaEngine();
        this.registry = new KitRegistry(engine);
        this.service =
                ModelService.of(registry, options.engines(List.of(engine)).pollInterval(Duration.ofDays(1)));
    }

    /** Returns a service without models, that makes no runs of its own to warm models up. */
    public static TestService create() {
        return create(ServiceOptions.defaults().models(ModelOptions.defaults().warmUp(false)));
    }

    /** Returns a service without models, with these options except for its engines and its poll interval. */
    public static TestService create(ServiceOptions options) {
        return new TestService(options);
    }

    /** Returns the service, to be handed to the application. It is closed with this. */
    public ModelService service() {
        return service;
    }

    /**
     * Adds a version of a model and returns its number, counted from 1. A reference without a number or alias means the newest; one that is
     * being served already comes to mean it with {@link #swap()}.
     *
     * @throws dev.maas.InvalidInputException if a model cannot have that name
     */
    public int publish(String name, TestModel model) {
        return publish(name, model, ModelMetadata.empty());
    }

    /** Adds a version of a model with metadata, such as labels; see {@link #publish(String, TestModel)}. */
    public int publish(String name, TestModel model, ModelMetadata metadata) {
        return registry.publish(name, model, metadata);
    }

    /**
     * Points an alias of a model to a version; what is being served changes with {@link #swap()}.
     *
     * @throws dev.maas.ModelNotFoundException if there is no such version
     */
    public void alias(String name, String alias, int version) {
        registry.point(name, alias, version);
    }

    /**
     * Lets the service find out now what its references mean, and returns how it is when each is served by what it means, or by what served
     * it before where that cannot be loaded. Calls under way finish on the version that they began with.
     */
    public ServiceHealth swap() {
        service.refresh();
        return service.health();
    }

    /** Closes the service, which waits for calls under way: let held runs go first. Closing again does nothing. */
    @Override
    public void close() {
        service.close();
        registry.close();
    }
}
