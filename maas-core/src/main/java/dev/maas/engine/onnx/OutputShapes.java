package dev.maas.engine.onnx;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Foretells the shapes of a model's outputs from those of its inputs, so that the runtime can write into memory that is there
 * already.
 *
 * <p>An axis is foretold where it is fixed, where its symbol is that of an input's axis, and, if it is the outermost and has no
 * symbol, where all inputs agree on their outermost axis. The last is a guess, and a file may declare what is not so: an output that
 * turned out otherwise is never foretold again.
 *
 * <p>Safe for use by any thread.
 */
final class OutputShapes {
    /** Beyond this, the copy out of the runtime's memory is cheap beside the run, and a lie about the shape would be dear. */
    private static final long MOST_BYTES = 256L << 20;

    private final List<Optional<Rule>> rules;

    // Replaced as a whole; guarded by this for writing.
    private volatile Foretold foretold;

    OutputShapes(Signature signature, Set<String> optionalOutputs) {
        this.rules = signature.outputs().stream()
                .map(output -> rule(output, signature.inputs()))
                .toList();
        BitSet all = new BitSet();
        for (int i = 0; i < rules.size(); i++) {
            boolean optional =
                    optionalOutputs.contains(signature.outputs().get(i).name());
            all.set(i, rules.get(i).isPresent() && !optional);
        }
        this.foretold = new Foretold(0, all);
    }

    /**
     * Which outputs are foretold at a time.
     *
     * @param version another number for each change
     * @param outputs their indices; never changed
     */
    record Foretold(int version, BitSet outputs) {
        static final Foretold NOTHING = new Foretold(-1, new BitSet());
    }

    /** How each axis of an output comes about. */
    private record Rule(int elementSize, List<Axis> axes) {}

    /** A fixed size, or else the axes of inputs that have the same size, as pairs of input and axis. */
    private record Axis(long size, List<int[]> sources) {}

    private static Optional<Rule> rule(ValueSpec output, List<TensorSpec> inputs) {
        if (!(output instanceof TensorSpec tensor)
                || !tensor.shape().isRankKnown()
                || OnnxTypes.carrier(tensor.elementType()).isEmpty()) {
            return Optional.empty();
        }
        List<Axis> axes = new ArrayList<>();
        for (int axis = 0; axis < tensor.shape().rank(); axis++) {
            Dimension dimension = tensor.shape().dimension(axis);
            List<int[]> sources = dimension.isFree() ? sources(dimension.symbol(), axis, inputs) : List.of();
            if (dimension.isFree() && sources.isEmpty()) {
                return Optional.empty();
            }
            axes.add(new Axis(dimension.size(), sources));
        }
        return Optional.of(new Rule(tensor.elementType().byteSize(), axes));
    }

    private static List<int[]> sources(@Nullable String symbol, int axis, List<TensorSpec> inputs) {
        List<int[]> sources = new ArrayList<>();
        for (int input = 0; input < inputs.size(); input++) {
            Shape shape = inputs.get(input).shape();
            if (symbol == null) {
                if (axis > 0 || !shape.hasFreeLeadingDimension()) {
                    return List.of();
                }
                sources.add(new int[] {input, 0});
                continue;
            }
            for (int i = 0; shape.isRankKnown() && i < shape.rank(); i++) {
                if (symbol.equals(shape.dimension(i).symbol())) {
                    sources.add(new int[] {input, i});
                }
            }
        }
        return sources;
    }

    Foretold foretold() {
        return foretold;
    }

    /** Never foretells these outputs again. */
    synchronized void mistrust(BitSet outputsThatDiffered) {
        if (outputsThatDiffered.isEmpty()) {
            return;
        }
        BitSet remaining = (BitSet) foretold.outputs().clone();
        remaining.andNot(outputsThatDiffered);
        foretold = new Foretold(foretold.version() + 1, remaining);
    }

    /** The sizes of an output for inputs of these sizes; null where they cannot be told. */
    long @Nullable [] sizes(int output, long[][] inputShapes) {
        Optional<Rule> rule = rules.get(output);
        if (rule.isEmpty()) {
            return null;
        }
        List<Axis> axes = rule.get().axes();
        long[] sizes = new long[axes.size()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = axes.get(axis).size();
            for (int[] source : axes.get(axis).sources()) {
                long[] shape = inputShapes[source[0]];
                long size = source[1] < shape.length ? shape[source[1]] : Dimension.FREE;
                if (size < 0 || (sizes[axis] >= 0 && sizes[axis] != size)) {
                    return null;
                }
                sizes[axis] = size;
            }
        }
        return isSmallEnough(sizes, rule.get().elementSize()) ? sizes : null;
    }

    private static boolean isSmallEnough(long[] sizes, int elementSize) {
        try {
            return Shape.elementCount(sizes) <= MOST_BYTES / elementSize;
        } catch (ArithmeticException tooMany) {
            return false;
        }
    }
}
