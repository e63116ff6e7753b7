package dev.maas.testengine;

import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * An engine with a look-out around it: counts what is open and what its models take between their load and their close, and notes what
 * its caller must never do, such as to run a frame in two threads or to close a model before its frames. Safe for use by any thread.
 */
public final class CountingEngine implements EngineProvider {
    /** Engines, models and frames that are open. */
    public final AtomicInteger engines = new AtomicInteger();

    public final AtomicInteger models = new AtomicInteger();
    public final AtomicInteger frames = new AtomicInteger();

    /** How often something was done so far. */
    public final AtomicInteger closes = new AtomicInteger();

    public final AtomicInteger trims = new AtomicInteger();
    public final LongAdder loads = new LongAdder();
    public final LongAdder runs = new LongAdder();

    /** What the open models take by the engine's own account, and the most that it ever was. */
    public final AtomicLong bytes = new AtomicLong();

    public final AtomicLong highest = new AtomicLong();

    /** What must not be. */
    public final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    private final EngineProvider provider;
    private volatile Runnable beforeLoad = () -> {};
    private volatile Consumer<RuntimeException> afterFailure = failure -> {};

    /** Looks after an engine. */
    public CountingEngine(EngineProvider provider) {
        this.provider = provider;
    }

    /** Does something at the beginning of every load, in the thread that loads. */
    public void beforeLoad(Runnable action) {
        beforeLoad = action;
    }

    /** Shows every failure of a run, to the thread that runs. */
    public void afterFailure(Consumer<RuntimeException> action) {
        afterFailure = action;
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public Availability availability() {
        return provider.availability();
    }

    @Override
    public Set<String> formats() {
        return provider.formats();
    }

    @Override
    public int preference() {
        return provider.preference();
    }

    @Override
    public Engine open(EngineOptions options) {
        Engine engine = provider.open(options);
        engines.incrementAndGet();
        return new CountedEngine(engine);
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            wrong.add(otherwise);
        }
    }

    private final class CountedEngine implements Engine {
        private final Engine engine;

        CountedEngine(Engine engine) {
            this.engine = engine;
        }

        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public String version() {
            return engine.version();
        }

        @Override
        public LoadedModel load(VettedModel vetted) {
            beforeLoad.run();
            LoadedModel model = engine.load(vetted);
            models.incrementAndGet();
            loads.increment();
            return new CountedModel(model);
        }

        @Override
        public void close() {
            require(models.get() == 0, "an engine was closed before its models");
            closes.incrementAndGet();
            engines.decrementAndGet();
            engine.close();
        }
    }

    private final class CountedModel implements LoadedModel {
        private final LoadedModel model;
        private final AtomicInteger framesHere = new AtomicInteger();
        private volatile boolean open = true;

        CountedModel(LoadedModel model) {
            this.model = model;
            long now = bytes.addAndGet(model.nativeBytes().orElse(0));
            highest.accumulateAndGet(now, Math::max);
        }

        @Override
        public Signature signature() {
            return model.signature();
        }

        @Override
        public Map<String, String> properties() {
            return model.properties();
        }

        @Override
        public OptionalLong nativeBytes() {
            return model.nativeBytes();
        }

        @Override
        public boolean isSizeExact() {
            return model.isSizeExact();
        }

        @Override
        public void trim() {
            require(open, "a closed model was trimmed");
            trims.incrementAndGet();
            model.trim();
        }

        @Override
        public RunFrame newFrame() {
            return new CountedFrame(this, model.newFrame());
        }

        @Override
        public RunFrame newThroughputFrame() {
            return new CountedFrame(this, model.newThroughputFrame());
        }

        @Override
        public void close() {
            require(open, "a model was closed twice");
            require(framesHere.get() == 0, "a model was closed before its frames");
            open = false;
            models.decrementAndGet();
            model.close();
            bytes.addAndGet(-model.nativeBytes().orElse(0));
        }
    }

    private final class CountedFrame implements RunFrame {
        private final CountedModel owner;
        private final RunFrame frame;
        private final AtomicInteger running = new AtomicInteger();
        private volatile boolean open = true;

        CountedFrame(CountedModel owner, RunFrame frame) {
            this.owner = owner;
            this.frame = frame;
            require(owner.open, "a frame was made of a closed model");
            owner.framesHere.incrementAndGet();
            frames.incrementAndGet();
        }

        @Override
        public void run() {
            require(open && owner.open, "a closed frame was run");
            require(running.incrementAndGet() == 1, "a frame was run by two threads");
            runs.increment();
            try {
                frame.run();
            } catch (RuntimeException e) {
                afterFailure.accept(e);
                throw e;
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public void bind(int index, Tensor tensor) {
            frame.bind(index, tensor);
        }

        @Override
        public boolean interrupt() {
            require(open, "a closed frame was interrupted");
            return frame.interrupt();
        }

        @Override
        public TensorBuffer input(int index) {
            return frame.input(index);
        }

        @Override
        public TensorBuffer output(int index) {
            return frame.output(index);
        }

        @Override
        public Object outputValue(int index) {
            return frame.outputValue(index);
        }

        @Override
        public void close() {
            require(running.get() == 0, "a frame was closed while it ran");
            require(open, "a frame was closed twice");
            open = false;
            owner.framesHere.decrementAndGet();
            frames.decrementAndGet();
            frame.close();
        }
    }
}
