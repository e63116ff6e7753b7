package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.Model;
import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.Predictor;
import dev.maas.Translator;
import dev.maas.TypeRef;
import dev.maas.bind.Binder;
import dev.maas.bind.Binding;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** A loaded version as applications see it. */
final class ServedModel implements Model {
    private final LoadedVersion version;
    private final Runnable letGo;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Makes the view; closing it lets go of the version once. */
    ServedModel(LoadedVersion version, Runnable letGo) {
        this.version = version;
        this.letGo = letGo;
    }

    @Override
    public ModelRef ref() {
        return version.ref();
    }

    @Override
    public Signature signature() {
        return version.signature();
    }

    @Override
    public ModelMetadata metadata() {
        return version.metadata();
    }

    @Override
    public <I, O> Predictor<I, O> predictor(TypeRef<I> inputType, TypeRef<O> outputType) {
        Binding<I, O> binding = Binder.bind(version.signature(), version.metadata(), inputType, outputType);
        return new BoundPredictor<>(this, version, version.calls(binding));
    }

    @Override
    public <I, O> Predictor<I, O> predictor(Translator<I, O> translator) {
        return new BoundPredictor<>(this, version, version.calls(translator));
    }

    @Override
    public Outputs run(Map<String, Tensor> inputs, CallOptions options) {
        lease();
        try {
            return TensorRun.run(version, inputs, false, version.bounded(options));
        } finally {
            version.runner().release();
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            letGo.run();
        }
    }

    /**
     * Takes a lease of the version.
     *
     * @throws ClosedException if this model was closed, even if the version serves others still
     */
    void lease() {
        if (closed.get() || !version.runner().tryAcquire()) {
            throw closedException();
        }
    }

    private ClosedException closedException() {
        return new ClosedException("The model '" + version.ref() + "' was closed; load it again");
    }

    @Override
    public String toString() {
        return version.ref() + " " + version.signature();
    }
}
