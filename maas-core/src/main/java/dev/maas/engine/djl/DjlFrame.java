package dev.maas.engine.djl;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import dev.maas.ClosedException;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.MaasException;
import dev.maas.engine.ErrorText;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory for one run at a time of a DJL model. DJL makes tensors of its own for each run, which live until the run's end; the outputs
 * are copied here before that.
 */
final class DjlFrame implements RunFrame {
    private final DjlModel owner;
    private final List<TensorSpec> inputSpecs;
    private final List<ValueSpec> outputSpecs;
    private final TensorBuffer[] inputs;
    private final TensorBuffer[] outputs;
    private final @Nullable Tensor[] bound;
    private final Predictor<DjlFrame, DjlFrame> predictor;

    // Guarded by this; also keeps a close from freeing what a run uses.
    private boolean closed;

    DjlFrame(DjlModel owner, Model model) {
        this.owner = owner;
        this.inputSpecs = owner.signature().inputs();
        this.outputSpecs = owner.signature().outputs();
        this.inputs = inputSpecs.stream()
                .map(spec -> new TensorBuffer(spec.elementType()))
                .toArray(TensorBuffer[]::new);
        this.outputs = outputSpecs.stream()
                .map(spec -> new TensorBuffer(((TensorSpec) spec).elementType()))
                .toArray(TensorBuffer[]::new);
        this.bound = new Tensor[inputs.length];
        this.predictor = model.newPredictor(new Copier());
    }

    /** Hands a frame's inputs to DJL and takes the outputs, without any change. */
    private static final class Copier implements Translator<DjlFrame, DjlFrame> {
        private static final String FRAME = "frame";

        @Override
        public @Nullable Batchifier getBatchifier() {
            return null;
        }

        @Override
        public NDList processInput(TranslatorContext context, DjlFrame frame) {
            context.setAttachment(FRAME, frame);
            return frame.toDjl(context.getNDManager());
        }

        @Override
        public DjlFrame processOutput(TranslatorContext context, NDList list) {
            DjlFrame frame = (DjlFrame) context.getAttachment(FRAME);
            frame.fromDjl(list);
            return frame;
        }
    }

    @Override
    public TensorBuffer input(int index) {
        return inputs[index];
    }

    @Override
    public TensorBuffer output(int index) {
        return outputs[index];
    }

    @Override
    public Object outputValue(int index) {
        return outputs[index].toTensor();
    }

    @Override
    public void bind(int index, Tensor tensor) {
        if (tensor.elementType() != inputs[index].elementType()) {
            throw new InvalidInputException("Input '" + inputSpecs.get(index).name() + "' takes "
                    + inputs[index].elementType() + "; got " + tensor.elementType());
        }
        boolean inPlace =
                tensor.elementType() != ElementType.STRING && tensor.buffer().isDirect();
        bound[index] = inPlace ? tensor : null;
        if (!inPlace) {
            inputs[index].copyFrom(tensor);
        }
    }

    @Override
    public synchronized void run() {
        if (closed) {
            throw new ClosedException("The frame was closed");
        }
        try {
            predictor.predict(this);
        } catch (TranslateException | RuntimeException e) {
            throw failed(e);
        } finally {
            Arrays.fill(bound, null);
        }
    }

    private static RuntimeException failed(Exception failure) {
        Throwable root = ErrorText.rootOf(failure);
        return root instanceof MaasException ours
                ? ours
                : new EngineException("The model failed: " + ErrorText.of(root, List.of()), failure);
    }

    private NDList toDjl(NDManager manager) {
        NDList list = new NDList(inputs.length);
        for (int i = 0; i < inputs.length; i++) {
            requireAccepted(i);
            NDArray array = array(manager, i);
            array.setName(inputSpecs.get(i).name());
            list.add(array);
        }
        return list;
    }

    private void requireAccepted(int index) {
        TensorSpec spec = inputSpecs.get(index);
        Tensor tensor = bound[index];
        long[] sizes = tensor == null ? inputs[index].shape() : tensor.shape();
        if (!spec.shape().accepts(sizes)) {
            throw new InvalidInputException("Input '" + spec.name() + "' takes " + spec.typeText() + "; got "
                    + spec.elementType() + Arrays.toString(sizes));
        }
    }

    private NDArray array(NDManager manager, int index) {
        TensorBuffer input = inputs[index];
        if (input.elementType() == ElementType.STRING) {
            return manager.create(texts(index), StandardCharsets.UTF_8, new Shape(input.shape()));
        }
        Tensor tensor = bound[index];
        DataType type = DjlTypes.dataType(input.elementType());
        if (tensor != null) {
            return manager.create(tensor.buffer(), new Shape(tensor.shape()), type);
        }
        ByteBuffer exact = input.bytes()
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .position(0)
                .limit(input.elementCount() * input.elementType().byteSize());
        return manager.create(exact, new Shape(input.shape()), type);
    }

    private String[] texts(int index) {
        @Nullable String[] texts = inputs[index].strings();
        String[] exact = new String[inputs[index].elementCount()];
        for (int i = 0; i < exact.length; i++) {
            String text = texts[i];
            if (text == null) {
                throw new InvalidInputException("Input '"
                        + inputSpecs.get(index).name() + "' has no string at index " + i + "; a model takes no nulls");
            }
            if (text.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
                throw new InvalidInputException(
                        "Input '" + inputSpecs.get(index).name() + "' holds, at index " + i
                                + ", a character beyond the basic plane, such as an emoji, which DJL damages. "
                                + "Use the engine 'onnxruntime'");
            }
            exact[i] = text;
        }
        return exact;
    }

    private void fromDjl(NDList list) {
        if (list.size() != outputs.length) {
            throw new EngineException(
                    "The model is declared to give " + outputs.length + " outputs; it gave " + list.size());
        }
        for (int i = 0; i < outputs.length; i++) {
            copy(list.get(i), outputs[i], outputSpecs.get(i).name());
        }
    }

    private static void copy(NDArray array, TensorBuffer output, String name) {
        ElementType type = DjlTypes.elementType(array.getDataType())
                .orElseThrow(() -> new EngineException(
                        "Output '" + name + "' is of DJL's type " + array.getDataType() + ", which maas cannot carry"));
        if (type != output.elementType()) {
            throw new EngineException(
                    "Output '" + name + "' is declared as " + output.elementType() + "; the model gave " + type);
        }
        long[] shape = array.getShape().getShape();
        if (type == ElementType.STRING) {
            if (shape.length > 1) {
                throw new EngineException("Output '" + name + "' has strings in " + shape.length
                        + " dimensions, which DJL mixes up. Use the engine 'onnxruntime'");
            }
            output.attach(array.toStringArray(StandardCharsets.UTF_8), shape);
            return;
        }
        output.reshape(shape);
        ByteBuffer bytes = array.toByteBuffer();
        output.bytes().duplicate().put(0, bytes, bytes.position(), output.elementCount() * type.byteSize());
    }

    @Override
    public boolean interrupt() {
        return false;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            predictor.close();
            owner.frameClosed();
        }
    }
}
