package dev.maas.tensor;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model takes and gives: its inputs and outputs in the model's order, named, typed and shaped.
 *
 * <p>Immutable and safe for use by any thread.
 */
public final class Signature {
    private final List<TensorSpec> inputs;
    private final List<ValueSpec> outputs;

    private Signature(List<TensorSpec> inputs, List<? extends ValueSpec> outputs) {
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        requireDistinct(this.inputs, "input");
        requireDistinct(this.outputs, "output");
    }

    /**
     * Returns the signature with these inputs and outputs.
     *
     * @throws IllegalArgumentException if two inputs, or two outputs, share a name
     */
    public static Signature of(List<TensorSpec> inputs, List<? extends ValueSpec> outputs) {
        return new Signature(inputs, outputs);
    }

    private static void requireDistinct(List<? extends ValueSpec> specs, String kind) {
        Set<String> names = new HashSet<>();
        for (ValueSpec spec : specs) {
            if (!names.add(spec.name())) {
                throw new IllegalArgumentException("Two " + kind + "s are named '" + spec.name() + "'");
            }
        }
    }

    /** Returns the inputs, in the model's order. */
    public List<TensorSpec> inputs() {
        return inputs;
    }

    /** Returns the outputs, in the model's order. */
    public List<ValueSpec> outputs() {
        return outputs;
    }

    /** Returns the input of that name, if there is one. */
    public Optional<TensorSpec> input(String name) {
        return inputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    /** Returns the output of that name, if there is one. */
    public Optional<ValueSpec> output(String name) {
        return outputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    /**
     * Returns whether every input and every output is a tensor with a free leading dimension, so that rows of
     * several callers can share one run.
     */
    public boolean isBatchable() {
        return !inputs.isEmpty()
                && inputs.stream().allMatch(spec -> spec.shape().hasFreeLeadingDimension())
                && outputs.stream()
                        .allMatch(spec -> spec instanceof TensorSpec tensor
                                && tensor.shape().hasFreeLeadingDimension());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Signature signature
                && inputs.equals(signature.inputs)
                && outputs.equals(signature.outputs);
    }

    @Override
    public int hashCode() {
        return Objects.hash(inputs, outputs);
    }

    /** Returns one line, such as {@code (x: float32[batch, 4]) -> (label: int64[batch])}. */
    @Override
    public String toString() {
        return "(" + join(inputs) + ") -> (" + join(outputs) + ")";
    }

    private static String join(List<? extends ValueSpec> specs) {
        return String.join(", ", specs.stream().map(ValueSpec::toString).toList());
    }
}
