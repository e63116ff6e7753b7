package dev.maas.testing;

import dev.maas.InvalidInputException;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.VettedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An engine whose models are lambdas: it loads the packages that it made of {@link TestModel}s itself.
 *
 * <p>Safe for use by any thread. Give it to {@link dev.maas.serving.ServiceOptions#engines} where an application makes its own service,
 * over any registry; where it does not, {@link TestService} is shorter.
 *
 * <pre>{@code
 * LambdaEngine engine = new LambdaEngine();
 * TestModel twice = TestModel.ofFloats(1, 1, row -> new float[] {2 * row[0]});
 * registry.publish(ModelPackage.of(engine.source(twice)).name("twice").signature(twice.signature()));
 * ModelService service = ModelService.of(registry, ServiceOptions.defaults().engines(List.of(engine)));
 * }</pre>
 */
public final class LambdaEngine implements EngineProvider {
    private static final String NAME = "lambda";
    private static final String ENTRY = "model." + NAME;

    private final CopyOnWriteArrayList<TestModel> models = new CopyOnWriteArrayList<>();

    /** Makes an engine without models. */
    public LambdaEngine() {}

    /** Returns a package of one small file, by which this engine, and no other, knows the model again. */
    public ModelSource source(TestModel model) {
        models.addIfAbsent(model);
        String number = Integer.toString(models.indexOf(model));
        return ModelSource.of(ENTRY, Map.of(ENTRY, number.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return Availability.yes();
    }

    @Override
    public Set<String> formats() {
        return Set.of(NAME);
    }

    @Override
    public int preference() {
        return 0;
    }

    /** {@inheritDoc} A lambda runs in one thread, whatever the options say, and so honours only the defaults. */
    @Override
    public Engine open(EngineOptions options) {
        if (!options.equals(EngineOptions.defaults())) {
            throw new InvalidInputException("The engine of lambdas has no options; got " + options
                    + ". Leave the engine's options as they are");
        }
        return new Opened();
    }

    private TestModel find(ModelSource source) {
        try (InputStream file = source.open(source.entry())) {
            String number = new String(file.readNBytes(16), StandardCharsets.UTF_8);
            return models.get(Integer.parseInt(number));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            throw new ModelLoadException(
                    "'" + source.entry() + "' is no package of this engine; make it with LambdaEngine.source(…)", e);
        }
    }

    private final class Opened implements Engine {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String version() {
            return System.getProperty("java.version");
        }

        @Override
        public LoadedModel load(VettedModel model) {
            return new LoadedLambda(find(model.source()));
        }

        @Override
        public void close() {
            // There is nothing besides the models.
        }
    }
}
