package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a frame hands to the runtime for inputs of certain sizes: tensors wrapped over its memory, and names, all made beforehand.
 *
 * <p>Making a native tensor takes a good part of a small model's run. So a plan keeps its tensors from run to run and makes one anew
 * only where the memory under it has moved. Belongs to one frame.
 */
final class CallPlan implements AutoCloseable {
    private final OrtEnvironment runtime;
    private final int trust;
    private final long[][] inputShapes;
    private final Slot[] inputs;
    private final Slot[] pinned;
    private final Map<String, OnnxTensor> inputTensors = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> pinnedTensors = new LinkedHashMap<>();
    private final Set<String> requested = new LinkedHashSet<>();
    private final int[] requestedOutputs;

    CallPlan(OnnxModel model, long[][] inputShapes, OutputShapes.Foretold foretold) {
        this.runtime = model.runtime();
        this.trust = foretold.version();
        this.inputShapes = inputShapes;
        this.inputs = new Slot[inputShapes.length];
        for (int i = 0; i < inputs.length; i++) {
            String name = model.signature().inputs().get(i).name();
            inputs[i] = new Slot(i, inputShapes[i], inputTensors, name);
        }
        List<Slot> pins = new ArrayList<>();
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < model.signature().outputs().size(); i++) {
            long[] sizes = foretold.outputs().get(i) ? model.outputShapes().sizes(i, inputShapes) : null;
            if (sizes != null) {
                pins.add(new Slot(
                        i,
                        sizes,
                        pinnedTensors,
                        model.signature().outputs().get(i).name()));
            } else {
                rest.add(i);
                requested.addAll(model.namesOf(i));
            }
        }
        this.pinned = pins.toArray(Slot[]::new);
        this.requestedOutputs = rest.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A tensor's place in a map that the runtime reads. */
    static final class Slot {
        final int index;
        final long[] shape;
        private final Map.Entry<String, @Nullable OnnxTensor> entry;
        private @Nullable OnnxTensor own;
        private int generation;

        private Slot(int index, long[] shape, Map<String, @Nullable OnnxTensor> map, String name) {
            this.index = index;
            this.shape = shape;
            map.put(name, null);
            this.entry = entryOf(map, name);
        }

        private static Map.Entry<String, @Nullable OnnxTensor> entryOf(
                Map<String, @Nullable OnnxTensor> map, String name) {
            return map.entrySet().stream()
                    .filter(entry -> entry.getKey().equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        /** Wraps the buffer's memory, unless that was done already. */
        private void wrap(OrtEnvironment runtime, TensorBuffer buffer) throws OrtException {
            OnnxTensor tensor = own;
            if (tensor == null || generation != buffer.memoryGeneration()) {
                close();
                tensor = Tensors.over(runtime, buffer.elementType(), buffer.bytes(), buffer.elementCount(), shape);
                own = tensor;
                generation = buffer.memoryGeneration();
                entry.setValue(tensor);
            } else if (entry.getValue() != tensor) {
                entry.setValue(tensor);
            }
        }

        private void close() {
            if (own != null) {
                own.close();
                own = null;
            }
        }
    }

    /** Whether this plan is for inputs of the present sizes. */
    boolean fits(OutputShapes.Foretold foretold, TensorBuffer[] buffers, @Nullable Tensor[] bound) {
        if (trust != foretold.version()) {
            return false;
        }
        for (int i = 0; i < buffers.length; i++) {
            Tensor tensor = bound[i];
            boolean same = tensor == null
                    ? buffers[i].hasShape(inputShapes[i])
                    : Arrays.equals(tensor.shape(), inputShapes[i]);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /** Wraps the frame's memory of an input. */
    void useInput(int index, TensorBuffer buffer) throws OrtException {
        inputs[index].wrap(runtime, buffer);
    }

    /** Uses a tensor that lives for this run only. */
    void useInput(int index, OnnxTensor tensor) {
        inputs[index].entry.setValue(tensor);
    }

    /** Uses the tensors that another plan uses now. */
    void useInputsOf(CallPlan other) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].entry.setValue(other.inputs[i].entry.getValue());
        }
    }

    /** Wraps the frame's memory of an output, which has the foretold shape. */
    void usePinned(Slot slot, TensorBuffer buffer) throws OrtException {
        slot.wrap(runtime, buffer);
    }

    Slot[] pinned() {
        return pinned;
    }

    Map<String, OnnxTensor> inputTensors() {
        return inputTensors;
    }

    Map<String, OnnxTensor> pinnedTensors() {
        return pinnedTensors;
    }

    /** The names of what the runtime is to allocate, in the order of {@link #requestedOutputs()}. */
    Set<String> requested() {
        return requested;
    }

    int[] requestedOutputs() {
        return requestedOutputs;
    }

    long[][] inputShapes() {
        return inputShapes;
    }

    @Override
    public void close() {
        for (Slot slot : inputs) {
            slot.close();
        }
        for (Slot slot : pinned) {
            slot.close();
        }
    }
}
