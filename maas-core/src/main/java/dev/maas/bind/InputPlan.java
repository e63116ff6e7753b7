package dev.maas.bind;

import dev.maas.InvalidInputException;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorFrame;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How values of one Java type go into all inputs of a model. Immutable and safe for use by any thread. */
final class InputPlan {
    private final Class<?> type;
    private final InputPart[] parts;
    private final TensorWriter[] writers;
    private final Rows rows;
    private final SharedSizes sharedSizes;
    /** The names of the inputs if the type is a map, whose keys must be just these; else null. */
    private final @Nullable Set<String> keys;
    /** The sizes before a value decides the free ones. */
    private final long[][] template;

    private final boolean fixed;
    private final List<TensorSpec> specs;

    InputPlan(Signature signature, Class<?> type, InputPart[] parts, TensorWriter[] writers, Rows rows, boolean keyed) {
        this.type = type;
        this.parts = parts;
        this.writers = writers;
        this.rows = rows;
        this.specs = signature.inputs();
        this.keys =
                keyed ? new LinkedHashSet<>(specs.stream().map(TensorSpec::name).toList()) : null;
        this.sharedSizes = SharedSizes.of(specs, rows == Rows.ONE_OF_MANY);
        this.template = new long[specs.size()][];
        boolean allFixed = true;
        for (int input = 0; input < template.length; input++) {
            template[input] = template(specs.get(input), writers[input].rank);
            allFixed &= Arrays.stream(template[input]).noneMatch(size -> size == TensorWriter.UNDECIDED);
        }
        this.fixed = allFixed;
    }

    private long[] template(TensorSpec spec, int rank) {
        int skipped = rows == Rows.ONE_OF_MANY ? 1 : 0;
        if (!spec.shape().isRankKnown()) {
            long[] sizes = new long[rank];
            Arrays.fill(sizes, TensorWriter.UNDECIDED);
            return sizes;
        }
        List<Dimension> dims = spec.shape().dimensions();
        return dims.subList(skipped, dims.size()).stream()
                .mapToLong(dim -> dim.isFree() ? TensorWriter.UNDECIDED : dim.size())
                .toArray();
    }

    long[][] shapes(@Nullable Object value) {
        requireType(value);
        long[][] sizes = fixed ? template : undecided();
        int from = rows == Rows.THE_ONLY ? 1 : 0;
        for (int input = 0; input < writers.length; input++) {
            writers[input].measure(parts[input].of(value), sizes[input], from);
        }
        if (!fixed) {
            decideEmpty(sizes);
            sharedSizes.check(sizes);
        }
        return sizes;
    }

    private long[][] undecided() {
        long[][] sizes = new long[template.length][];
        for (int input = 0; input < sizes.length; input++) {
            sizes[input] = template[input].clone();
        }
        return sizes;
    }

    /** Below an empty dimension nothing decides the free ones. */
    private static void decideEmpty(long[][] sizes) {
        for (long[] each : sizes) {
            for (int axis = 0; axis < each.length; axis++) {
                if (each[axis] == TensorWriter.UNDECIDED) {
                    each[axis] = 0;
                }
            }
        }
    }

    private void requireType(@Nullable Object value) {
        if (value == null) {
            throw new InvalidInputException(
                    "A model takes no nulls; expected " + WriterFactory.article(type.getSimpleName()));
        }
        if (keys != null && value instanceof Map<?, ?> map) {
            requireKeys(keys, map.keySet());
        }
    }

    private static void requireKeys(Set<String> expected, Set<?> actual) {
        if (actual.equals(expected)) {
            return;
        }
        Set<Object> missing = new LinkedHashSet<>(expected);
        missing.removeAll(actual);
        Set<Object> extra = new LinkedHashSet<>(actual);
        extra.removeAll(expected);
        throw new InvalidInputException("The model takes the inputs " + expected
                + (missing.isEmpty() ? "" : "; missing are " + missing)
                + (extra.isEmpty() ? "" : "; unknown are " + extra));
    }

    void write(Object value, TensorFrame frame, int row) {
        for (int input = 0; input < writers.length; input++) {
            Object part = parts[input].of(value);
            if (part == null) {
                throw new InvalidInputException("Input '" + specs.get(input).name() + "' became null during the call");
            }
            writers[input].write(part, frame.input(input), row * rowSize(frame, input));
        }
    }

    /** The frame's inputs have the measured shapes, and perhaps other rows too. */
    private int rowSize(TensorFrame frame, int input) {
        if (rows != Rows.ONE_OF_MANY) {
            return 0;
        }
        int all = frame.input(input).elementCount();
        return all == 0 ? 0 : all / (int) frame.input(input).dimension(0);
    }
}
