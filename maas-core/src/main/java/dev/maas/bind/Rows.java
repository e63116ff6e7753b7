package dev.maas.bind;

import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;

/** What one value of a Java type is to the leading dimensions of a model's tensors. */
enum Rows {
    /** One of any number of rows: the leading dimensions are free, and the Java types leave them out. */
    ONE_OF_MANY,
    /** The only row: the leading dimensions are fixed at 1, and the Java types leave them out. */
    THE_ONLY,
    /** All there is: the Java types have the leading dimensions too. */
    ALL;

    boolean leavesOutLeading() {
        return this != ALL;
    }

    /** Whether the inputs have such leading dimensions. */
    boolean suit(Signature signature) {
        return this == ALL
                || (!signature.inputs().isEmpty()
                        && signature.inputs().stream().map(TensorSpec::shape).allMatch(this::suit));
    }

    /** Whether a shape has such a leading dimension. */
    boolean suit(Shape shape) {
        return switch (this) {
            case ONE_OF_MANY -> shape.hasFreeLeadingDimension();
            case THE_ONLY ->
                shape.isRankKnown() && shape.rank() > 0 && shape.dimension(0).size() == 1;
            case ALL -> true;
        };
    }
}
