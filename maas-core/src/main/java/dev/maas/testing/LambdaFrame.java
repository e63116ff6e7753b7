package dev.maas.testing;

import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.MaasException;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Memory for one run of a lambda at a time. One thread uses it, except for {@link #interrupt()}. */
final class LambdaFrame implements RunFrame {
    private final TestModel model;
    private final Signature signature;
    private final Runnable onClose;
    private final TensorBuffer[] inputs;
    private final @Nullable Tensor[] bound;
    private final @Nullable TensorBuffer[] outputs;
    private @Nullable Outputs latest;
    private boolean closed;

    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean interrupted;
    private volatile @Nullable Hold passing;

    LambdaFrame(TestModel model, Runnable onClose) {
        this.model = model;
        this.signature = model.signature();
        this.onClose = onClose;
        this.inputs = signature.inputs().stream()
                .map(spec -> new TensorBuffer(spec.elementType()))
                .toArray(TensorBuffer[]::new);
        this.bound = new Tensor[inputs.length];
        this.outputs = new TensorBuffer[signature.outputs().size()];
    }

    @Override
    public TensorBuffer input(int index) {
        bound[index] = null;
        return inputs[index];
    }

    @Override
    public void bind(int index, Tensor tensor) {
        TensorSpec spec = signature.inputs().get(index);
        if (tensor.elementType() != spec.elementType()) {
            throw new InvalidInputException(
                    "Input '" + spec.name() + "' takes " + spec.elementType() + "; got " + tensor.elementType());
        }
        bound[index] = tensor;
    }

    @Override
    public void run() {
        if (closed) {
            throw new IllegalStateException("The frame was closed");
        }
        if (!running.compareAndSet(false, true)) {
            throw new IllegalStateException("A frame serves one thread at a time; another is in its run()");
        }
        try {
            latest = null;
            Map<String, Tensor> taken = take();
            passHold();
            Outputs given = call(taken);
            check(given, taken);
            fill(given);
            latest = given;
        } finally {
            running.set(false);
        }
    }

    /** Copies, so that a lambda may keep them. */
    private Map<String, Tensor> take() {
        Map<String, Tensor> taken = new LinkedHashMap<>();
        List<TensorSpec> specs = signature.inputs();
        for (int i = 0; i < inputs.length; i++) {
            TensorSpec spec = specs.get(i);
            Tensor own = bound[i];
            Tensor tensor = own == null ? inputs[i].toTensor() : onHeap(own);
            if (!spec.shape().accepts(tensor.shape())) {
                throw new InvalidInputException(
                        "Input '" + spec + "' does not take the shape " + Arrays.toString(tensor.shape()));
            }
            taken.put(spec.name(), tensor);
        }
        return taken;
    }

    private static Tensor onHeap(Tensor tensor) {
        boolean shared =
                tensor.elementType() != ElementType.STRING && tensor.buffer().isDirect();
        return shared ? Tensor.of(tensor.elementType(), tensor.buffer(), tensor.shape()) : tensor;
    }

    private void passHold() {
        Hold hold = model.beginRun();
        passing = hold;
        try {
            if (hold != null) {
                hold.pass(() -> interrupted);
            }
        } finally {
            passing = null;
        }
        if (interrupted) {
            throw new CancellationException("The run was stopped");
        }
    }

    private Outputs call(Map<String, Tensor> taken) {
        try {
            return Outputs.of(model.apply(taken));
        } catch (MaasException | CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new EngineException("The function of the test's model failed: " + e, e);
        }
    }

    private void check(Outputs given, Map<String, Tensor> taken) {
        for (ValueSpec spec : signature.outputs()) {
            if (!given.names().contains(spec.name())) {
                throw wrong(spec, "only " + given.names());
            }
            Object value = given.get(spec.name());
            if (spec instanceof TensorSpec declared) {
                if (!(value instanceof Tensor tensor)) {
                    throw wrong(spec, "no tensor");
                }
                if (tensor.elementType() != declared.elementType()
                        || !declared.shape().accepts(tensor.shape())
                        || (signature.isBatchable() && tensor.shape()[0] != rows(taken))) {
                    throw wrong(spec, tensor.elementType() + Arrays.toString(tensor.shape()));
                }
            }
        }
    }

    private static long rows(Map<String, Tensor> taken) {
        return taken.values().iterator().next().shape()[0];
    }

    private static EngineException wrong(ValueSpec spec, String got) {
        return new EngineException(
                "The function of the test's model gives '" + spec + "', a row for each row of the input; got " + got);
    }

    private void fill(Outputs given) {
        for (int i = 0; i < outputs.length; i++) {
            if (given.get(signature.outputs().get(i).name()) instanceof Tensor tensor) {
                TensorBuffer buffer = outputs[i];
                if (buffer == null) {
                    buffer = new TensorBuffer(tensor.elementType());
                    outputs[i] = buffer;
                }
                buffer.copyFrom(tensor);
            }
        }
    }

    @Override
    public TensorBuffer output(int index) {
        TensorBuffer buffer = outputs[index];
        if (buffer == null || !(outputValue(index) instanceof Tensor)) {
            throw new IllegalStateException(
                    "The output " + index + " is a sequence or a map, or the frame has not run");
        }
        return buffer;
    }

    @Override
    public Object outputValue(int index) {
        Outputs given = latest;
        if (given == null) {
            throw new IllegalStateException("The frame has not run, or its latest run failed");
        }
        return given.get(signature.outputs().get(index).name());
    }

    @Override
    public boolean interrupt() {
        interrupted = true;
        Hold hold = passing;
        if (hold != null) {
            hold.wake();
        }
        return true;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }
}
