package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maas.ClosedException;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.engine.ErrorText;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Memory for one run at a time, in the runtime's reach.
 *
 * <p>The runtime reads the inputs where the caller wrote them, and writes each output whose shape is foretold where the caller reads
 * it. What a wrong use could do in native code is fenced off: a second thread in {@link #run()} is refused, and a close during a run
 * takes effect when the run ends.
 */
final class OnnxFrame implements RunFrame {
    private static final int IDLE = 0;
    private static final int RUNNING = 1;
    private static final int CLOSE_AFTER_RUN = 2;
    private static final int CLOSED = 3;

    private final OnnxModel model;
    private final OrtSession session;
    private final TensorBuffer[] inputs;
    /** Direct memory to be read in place by the next run. */
    private final @Nullable Tensor[] bound;

    private final CallPlans plans;
    private final FrameOutputs outputs;
    /** Tensors that live for one run: strings, and what is bound. */
    private final List<OnnxTensorLike> temporary = new ArrayList<>();

    private final AtomicInteger state = new AtomicInteger(IDLE);

    private final Object interruptLock = new Object();
    private final OrtSession.RunOptions runOptions;
    // Guarded by interruptLock for writing.
    private volatile boolean interrupted;
    // Guarded by interruptLock.
    private boolean optionsClosed;

    OnnxFrame(OnnxModel model, OrtSession session) throws OrtException {
        this.model = model;
        this.session = session;
        List<TensorSpec> specs = model.signature().inputs();
        this.inputs =
                specs.stream().map(spec -> new TensorBuffer(spec.elementType())).toArray(TensorBuffer[]::new);
        this.bound = new Tensor[inputs.length];
        this.plans = new CallPlans(model, inputs, bound);
        this.outputs = new FrameOutputs(model);
        this.runOptions = new OrtSession.RunOptions();
    }

    @Override
    public TensorBuffer input(int index) {
        bound[index] = null;
        return inputs[index];
    }

    @Override
    public TensorBuffer output(int index) {
        return outputs.tensor(index);
    }

    @Override
    public Object outputValue(int index) {
        return outputs.value(index);
    }

    @Override
    public void bind(int index, Tensor tensor) {
        TensorBuffer input = inputs[index];
        if (tensor.elementType() != input.elementType()) {
            throw new InvalidInputException(
                    "Input '" + model.signature().inputs().get(index).name() + "' takes " + input.elementType()
                            + "; got " + tensor.elementType());
        }
        if (canBeReadInPlace(tensor)) {
            bound[index] = tensor;
        } else {
            bound[index] = null;
            input.copyFrom(tensor);
        }
    }

    private static boolean canBeReadInPlace(Tensor tensor) {
        if (tensor.elementType() == ElementType.STRING) {
            return false;
        }
        ByteBuffer memory = tensor.buffer();
        return memory.isDirect()
                && memory.alignmentOffset(0, tensor.elementType().byteSize()) == 0;
    }

    @Override
    public void run() {
        begin();
        try {
            CallPlan plan = plans.current();
            useInputs(plan);
            call(plan);
        } catch (OrtException e) {
            throw failed(e);
        } finally {
            dropTemporary();
            end();
        }
    }

    private void begin() {
        if (!state.compareAndSet(IDLE, RUNNING)) {
            if (state.get() == CLOSED) {
                throw new ClosedException("The frame was closed");
            }
            throw new IllegalStateException("A frame serves one thread at a time; another is in its run()");
        }
    }

    private void end() {
        if (!state.compareAndSet(RUNNING, IDLE)) {
            release();
        }
    }

    private void useInputs(CallPlan plan) throws OrtException {
        for (int i = 0; i < inputs.length; i++) {
            Tensor tensor = bound[i];
            if (tensor != null) {
                int count = (int) tensor.elementCount();
                use(
                        plan,
                        i,
                        Tensors.over(model.runtime(), tensor.elementType(), tensor.buffer(), count, tensor.shape()));
            } else if (inputs[i].elementType() == ElementType.STRING) {
                use(plan, i, model.texts().toTensor(texts(i), inputs[i].shape()));
            } else {
                plan.useInput(i, inputs[i]);
            }
        }
    }

    private void use(CallPlan plan, int index, OnnxTensor tensor) {
        temporary.add(tensor);
        plan.useInput(index, tensor);
    }

    /** The strings of an input; a null among them would crash the JVM in the runtime. */
    private String[] texts(int index) {
        @Nullable String[] texts = inputs[index].strings();
        int count = inputs[index].elementCount();
        for (int i = 0; i < count; i++) {
            if (texts[i] == null) {
                throw new InvalidInputException(
                        "Input '" + model.signature().inputs().get(index).name() + "' has no string at index " + i
                                + "; a model takes no nulls");
            }
        }
        return texts.length == count ? texts : Arrays.copyOf(texts, count);
    }

    private void call(CallPlan plan) throws OrtException {
        requireNotInterrupted();
        boolean failed = false;
        try {
            outputs.pin(plan);
            callOnce(plan);
        } catch (OrtException e) {
            requireNotInterrupted();
            if (!blamesAPin(e)) {
                throw e;
            }
            failed = true;
        }
        if (failed || !outputs.areWritten(plan)) {
            callWithoutPins(plan);
            model.outputShapes().mistrust(outputs.unfit(plan, failed));
        }
    }

    /**
     * Whether a run failed because an output came in another shape than foretold. Told by the words, since the codes are not reliable;
     * a second run after each failure would cost time, and, as the runtime's Java API leaks the text of every error, memory. (That
     * is up to 1.28.0 at least, some 200 bytes for each run that fails; nothing that is written in Java can free them.)
     */
    private static boolean blamesAPin(OrtException failure) {
        String message = failure.getMessage();
        return message != null && message.contains("OrtValue");
    }

    private void callOnce(CallPlan plan) throws OrtException {
        try (OrtSession.Result result =
                session.run(plan.inputTensors(), plan.requested(), plan.pinnedTensors(), runOptions)) {
            outputs.take(plan, result);
        }
    }

    private void callWithoutPins(CallPlan pinned) throws OrtException {
        try (CallPlan plan = plans.withoutPins(pinned)) {
            plan.useInputsOf(pinned);
            callOnce(plan);
        } catch (OrtException e) {
            requireNotInterrupted();
            throw e;
        }
    }

    private void requireNotInterrupted() {
        if (interrupted) {
            throw new CancellationException("The run was interrupted");
        }
    }

    private void dropTemporary() {
        Arrays.fill(bound, null);
        if (!temporary.isEmpty()) {
            temporary.forEach(OnnxTensorLike::close);
            temporary.clear();
        }
    }

    private EngineException failed(OrtException cause) {
        return new EngineException("The model failed: " + ErrorText.of(cause, List.of()), cause);
    }

    @Override
    public boolean interrupt() {
        synchronized (interruptLock) {
            interrupted = true;
            if (!optionsClosed) {
                try {
                    runOptions.setTerminate(true);
                } catch (OrtException e) {
                    throw new EngineException("The run cannot be interrupted: " + ErrorText.of(e, List.of()), e);
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        if (state.compareAndSet(IDLE, CLOSED)) {
            release();
        } else {
            state.compareAndSet(RUNNING, CLOSE_AFTER_RUN);
        }
    }

    private void release() {
        state.set(CLOSED);
        plans.close();
        synchronized (interruptLock) {
            optionsClosed = true;
            runOptions.close();
        }
        model.frameClosed();
    }
}
