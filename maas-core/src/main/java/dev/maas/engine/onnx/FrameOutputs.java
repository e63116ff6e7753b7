package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maas.EngineException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the latest run of a frame gave: in memory that the run wrote into, or copied out of the runtime's. Belongs to one frame.
 *
 * <p>The runtime does not write an output into the memory it is given where it has the value elsewhere already, as with an output that
 * is an input of the graph, and does not say so. So the first element of that memory is marked before the run, with another mark each
 * time, and one that is still there means that the run must be done again without.
 */
final class FrameOutputs {
    private static final Object ABSENT = new Object();

    private final OnnxModel model;
    private final List<ValueSpec> specs;
    /** For outputs whose shape was foretold; made on first use, and kept, as the runtime's tensors point there. */
    private final @Nullable TensorBuffer[] pinned;
    /** For tensors that the runtime allocated. */
    private final @Nullable TensorBuffer[] copied;
    /** For each output the buffer of the latest run, or its list or map, or {@link #ABSENT}. */
    private final @Nullable Object[] latest;

    /** The bits of which the mark takes as many as an element has. */
    private long mark;

    FrameOutputs(OnnxModel model) {
        this.model = model;
        this.specs = model.signature().outputs();
        this.pinned = new TensorBuffer[specs.size()];
        this.copied = new TensorBuffer[specs.size()];
        this.latest = new Object[specs.size()];
    }

    /** Points the plan's outputs at memory of the foretold shapes. */
    void pin(CallPlan plan) throws OrtException {
        // Knuth's linear congruential generator; its upper bits are the better ones.
        mark = mark * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        for (CallPlan.Slot slot : plan.pinned()) {
            TensorBuffer buffer = buffer(pinned, slot.index);
            buffer.reshape(slot.shape);
            plan.usePinned(slot, buffer);
            mark(buffer);
        }
    }

    private void mark(TensorBuffer buffer) {
        if (buffer.elementCount() > 0) {
            ByteBuffer bytes = buffer.bytes();
            switch (buffer.elementType().byteSize()) {
                case Byte.BYTES -> bytes.put(0, (byte) (mark >>> 56));
                case Short.BYTES -> bytes.putShort(0, (short) (mark >>> 48));
                case Integer.BYTES -> bytes.putInt(0, (int) (mark >>> 32));
                default -> bytes.putLong(0, mark);
            }
        }
    }

    private boolean isMarked(TensorBuffer buffer) {
        if (buffer.elementCount() == 0) {
            return false;
        }
        ByteBuffer bytes = buffer.bytes();
        return switch (buffer.elementType().byteSize()) {
            case Byte.BYTES -> bytes.get(0) == (byte) (mark >>> 56);
            case Short.BYTES -> bytes.getShort(0) == (short) (mark >>> 48);
            case Integer.BYTES -> bytes.getInt(0) == (int) (mark >>> 32);
            default -> bytes.getLong(0) == mark;
        };
    }

    /** Whether the run wrote each output that was pinned, as far as can be told. */
    boolean areWritten(CallPlan plan) {
        for (CallPlan.Slot slot : plan.pinned()) {
            if (isMarked(buffer(pinned, slot.index))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Which outputs of a plan are not to be pinned again, now that a run without pins has given them: those that came in another shape
     * or had not been written; all, if that explains nothing and the run with pins had failed.
     */
    BitSet unfit(CallPlan plan, boolean failed) {
        BitSet unfit = new BitSet();
        BitSet all = new BitSet();
        for (CallPlan.Slot slot : plan.pinned()) {
            TensorBuffer truth = buffer(copied, slot.index);
            boolean unwritten = !failed && isMarked(buffer(pinned, slot.index)) && !isMarked(truth);
            unfit.set(slot.index, unwritten || !truth.hasShape(slot.shape));
            all.set(slot.index);
        }
        return failed && unfit.isEmpty() ? all : unfit;
    }

    /** Takes over what a run gave. */
    void take(CallPlan plan, OrtSession.Result result) throws OrtException {
        for (CallPlan.Slot slot : plan.pinned()) {
            latest[slot.index] = pinned[slot.index];
        }
        int next = plan.pinned().length;
        for (int output : plan.requestedOutputs()) {
            latest[output] = read(output, result, next);
            next += model.namesOf(output).size();
        }
    }

    private Object read(int output, OrtSession.Result result, int place) throws OrtException {
        String name = specs.get(output).name();
        OnnxValue value = result.get(place);
        if (model.isOptional(output)) {
            if (!ValueReader.isTrue(value)) {
                return ABSENT;
            }
            value = result.get(place + 1);
        }
        if (specs.get(output) instanceof TensorSpec) {
            TensorBuffer buffer = buffer(copied, output);
            model.reader().readInto(buffer, value, name);
            return buffer;
        }
        return model.reader().read(value, name);
    }

    private TensorBuffer buffer(@Nullable TensorBuffer[] buffers, int output) {
        TensorBuffer buffer = buffers[output];
        if (buffer == null) {
            ValueSpec spec = specs.get(output);
            if (!(spec instanceof TensorSpec tensor)) {
                throw new IllegalStateException("Output '" + spec.name() + "' is no tensor but a " + spec.typeText());
            }
            buffer = new TensorBuffer(tensor.elementType());
            buffers[output] = buffer;
        }
        return buffer;
    }

    /** The memory of a tensor; empty before the first run. */
    TensorBuffer tensor(int output) {
        Object value = latest[output];
        if (value instanceof TensorBuffer buffer) {
            return buffer;
        }
        requirePresent(output, value);
        return buffer(copied, output);
    }

    /** The value on the heap. */
    Object value(int output) {
        Object value = latest[output];
        requirePresent(output, value);
        if (value == null) {
            throw new IllegalStateException("The frame has not run yet");
        }
        if (!(value instanceof TensorBuffer buffer)) {
            return value;
        }
        boolean ownCopy = buffer == copied[output] && buffer.elementType() != ElementType.STRING;
        // What was copied out of the runtime is never written again, so that it needs no second copy.
        return ownCopy ? Tensor.wrap(buffer.elementType(), buffer.bytes(), buffer.shape()) : buffer.toTensor();
    }

    private void requirePresent(int output, @Nullable Object value) {
        if (value == ABSENT) {
            throw new EngineException(
                    "The model left its optional output '" + specs.get(output).name() + "' absent for this input");
        }
    }
}
