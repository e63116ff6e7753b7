package dev.maas.serving;

import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.Signature;
import dev.maas.testing.LambdaEngine;
import dev.maas.testing.TestModel;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An engine of lambdas that keeps an account of its own: what its models take between their load and their close. */
final class CountingEngine implements EngineProvider {
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong highest = new AtomicLong();
    final AtomicInteger trims = new AtomicInteger();
    private final LambdaEngine lambdas = new LambdaEngine();

    ModelSource source(TestModel model) {
        return lambdas.source(model);
    }

    @Override
    public String name() {
        return lambdas.name();
    }

    @Override
    public Availability availability() {
        return lambdas.availability();
    }

    @Override
    public Set<String> formats() {
        return lambdas.formats();
    }

    @Override
    public int preference() {
        return lambdas.preference();
    }

    @Override
    public Engine open(EngineOptions options) {
        Engine engine = lambdas.open(options);
        return new Engine() {
            @Override
            public String name() {
                return engine.name();
            }

            @Override
            public String version() {
                return engine.version();
            }

            @Override
            public LoadedModel load(VettedModel model) {
                return new Counted(engine.load(model));
            }

            @Override
            public void close() {
                engine.close();
            }
        };
    }

    private final class Counted implements LoadedModel {
        private final LoadedModel model;

        Counted(LoadedModel model) {
            this.model = model;
            long now = bytes.addAndGet(model.nativeBytes().orElseThrow());
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
            trims.incrementAndGet();
        }

        @Override
        public RunFrame newFrame() {
            return model.newFrame();
        }

        @Override
        public void close() {
            model.close();
            bytes.addAndGet(-model.nativeBytes().orElseThrow());
        }
    }
}
