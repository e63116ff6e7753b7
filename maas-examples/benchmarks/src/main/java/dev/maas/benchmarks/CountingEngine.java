package dev.maas.benchmarks;

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
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The engine of ONNX models with a look-out around it: counts what is open, and notes what its caller must never do, such as to run a
 * frame in two threads or to close a model before its frames. Safe for use by any thread.
 */
final class CountingEngine implements EngineProvider {
    private final EngineProvider provider = ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.formats().contains("onnx"))
            .max((a, b) -> Integer.compare(a.preference(), b.preference()))
            .orElseThrow();

    final AtomicInteger engines = new AtomicInteger();
    final AtomicInteger models = new AtomicInteger();
    final AtomicInteger frames = new AtomicInteger();
    final LongAdder loads = new LongAdder();
    final LongAdder runs = new LongAdder();
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();

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
        return new Counted(engine);
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            wrong.add(otherwise);
        }
    }

    private final class Counted implements Engine {
        private final Engine engine;

        Counted(Engine engine) {
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
            LoadedModel model = engine.load(vetted);
            models.incrementAndGet();
            loads.increment();
            return new CountedModel(model);
        }

        @Override
        public void close() {
            require(models.get() == 0, "an engine was closed before its models");
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
