package dev.maas.engine.onnx;

import dev.maas.InvalidInputException;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plans of one frame, by the sizes of its inputs; the least recently used goes first.
 *
 * <p>Batches change size from call to call, back and forth between the same few dozen sizes, so all of these keep their tensors.
 */
final class CallPlans implements AutoCloseable {
    /** Room for batches of 1 to 64 and some odd sizes. */
    private static final int MOST = 96;

    private final OnnxModel model;
    private final TensorBuffer[] inputs;
    private final @Nullable Tensor[] bound;
    private final Map<Key, CallPlan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private final Key probe = new Key(new long[16], 0);
    private @Nullable CallPlan latest;

    CallPlans(OnnxModel model, TensorBuffer[] inputs, @Nullable Tensor[] bound) {
        this.model = model;
        this.inputs = inputs;
        this.bound = bound;
    }

    /** Ranks and sizes of all inputs, one after the other. Only the probe ever changes. */
    private static final class Key {
        private long[] sizes;
        private int length;

        Key(long[] sizes, int length) {
            this.sizes = sizes;
            this.length = length;
        }

        void add(long size) {
            if (length == sizes.length) {
                sizes = Arrays.copyOf(sizes, 2 * length);
            }
            sizes[length++] = size;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(sizes, 0, length, key.sizes, 0, key.length);
        }

        @Override
        public int hashCode() {
            int hash = 1;
            for (int i = 0; i < length; i++) {
                hash = 31 * hash + Long.hashCode(sizes[i]);
            }
            return hash;
        }
    }

    /** The plan for the inputs as they are. */
    CallPlan current() {
        OutputShapes.Foretold foretold = model.outputShapes().foretold();
        CallPlan plan = latest;
        if (plan != null && plan.fits(foretold, inputs, bound)) {
            return plan;
        }
        plan = find(foretold);
        latest = plan;
        return plan;
    }

    private CallPlan find(OutputShapes.Foretold foretold) {
        probe.length = 0;
        for (int i = 0; i < inputs.length; i++) {
            addSizes(i);
        }
        CallPlan found = plans.get(probe);
        if (found != null && found.fits(foretold, inputs, bound)) {
            return found;
        }
        requireAccepted();
        Key key = new Key(Arrays.copyOf(probe.sizes, probe.length), probe.length);
        CallPlan made = new CallPlan(model, shapes(), foretold);
        CallPlan outdated = plans.put(key, made);
        if (outdated != null) {
            outdated.close();
        } else if (plans.size() > MOST) {
            Map.Entry<Key, CallPlan> eldest = plans.entrySet().iterator().next();
            eldest.getValue().close();
            plans.remove(eldest.getKey());
        }
        return made;
    }

    /**
     * Refuses sizes that the runtime would refuse; its Java API leaks the text of every error. It takes anything for a scalar.
     *
     * @throws InvalidInputException if an input has sizes that its declaration does not allow
     */
    private void requireAccepted() {
        for (int i = 0; i < inputs.length; i++) {
            TensorSpec spec = model.signature().inputs().get(i);
            Tensor tensor = bound[i];
            long[] sizes = tensor == null ? inputs[i].shape() : tensor.shape();
            boolean scalar = spec.shape().isRankKnown() && spec.shape().rank() == 0;
            if (!scalar && !spec.shape().accepts(sizes)) {
                throw new InvalidInputException("Input '" + spec.name() + "' takes " + spec.typeText() + "; got "
                        + spec.elementType() + Arrays.toString(sizes));
            }
        }
    }

    private void addSizes(int input) {
        Tensor tensor = bound[input];
        if (tensor != null) {
            probe.add(tensor.rank());
            for (long size : tensor.shape()) {
                probe.add(size);
            }
            return;
        }
        int rank = inputs[input].rank();
        probe.add(rank);
        for (int axis = 0; axis < rank; axis++) {
            probe.add(inputs[input].dimension(axis));
        }
    }

    private long[][] shapes() {
        long[][] shapes = new long[inputs.length][];
        for (int i = 0; i < shapes.length; i++) {
            Tensor tensor = bound[i];
            shapes[i] = tensor == null ? inputs[i].shape() : tensor.shape();
        }
        return shapes;
    }

    /** A plan for the same inputs that leaves all outputs to the runtime; the caller closes it. */
    CallPlan withoutPins(CallPlan plan) {
        return new CallPlan(model, plan.inputShapes(), OutputShapes.Foretold.NOTHING);
    }

    @Override
    public void close() {
        plans.values().forEach(CallPlan::close);
        plans.clear();
        latest = null;
    }
}
