package dev.maas.testing;

import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.Signature;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A lambda as an engine's loaded model; as strict about its life as native code is. */
final class LoadedLambda implements LoadedModel {
    private final TestModel model;
    private final long bytes;
    private final AtomicInteger openFrames = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    LoadedLambda(TestModel model) {
        model.load();
        this.model = model;
        this.bytes = model.occupied();
    }

    @Override
    public Signature signature() {
        return model.signature();
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    @Override
    public OptionalLong nativeBytes() {
        return OptionalLong.of(bytes);
    }

    @Override
    public boolean isSizeExact() {
        return true;
    }

    @Override
    public RunFrame newFrame() {
        if (closed.get()) {
            throw new IllegalStateException("The model was closed");
        }
        openFrames.incrementAndGet();
        return new LambdaFrame(model, openFrames::decrementAndGet);
    }

    @Override
    public void close() {
        if (openFrames.get() != 0) {
            throw new IllegalStateException("A model is closed after its frames; open are " + openFrames.get());
        }
        if (closed.compareAndSet(false, true)) {
            model.unload();
        }
    }
}
