package dev.maas.bind;

import dev.maas.InvalidInputException;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * Writes values of one Java type into the last so many dimensions of a tensor. Writers nest: one for each level of an array or list,
 * and one for what is inside. Immutable and safe for use by any thread.
 */
abstract class TensorWriter {
    /** A size that no value has decided yet. */
    static final long UNDECIDED = -1;

    final TensorSpec spec;
    /** The number of dimensions that this writer covers. */
    final int rank;

    TensorWriter(TensorSpec spec, int rank) {
        this.spec = spec;
        this.rank = rank;
    }

    /**
     * Checks that the model takes this value, and notes its sizes.
     *
     * @param sizes the tensor's sizes, where noted, else {@link #UNDECIDED}; this writer's begin at the axis
     */
    abstract void measure(@Nullable Object value, long[] sizes, int axis);

    /** Writes a value that was measured, from an element on, and returns the place after its last element. */
    abstract int write(Object value, TensorBuffer to, int at);

    /** Checks the length along an axis against the declaration and against what came before. */
    final void measureAxis(long length, Dimension declared, long[] sizes, int axis) {
        if (!declared.isFree() && declared.size() != length) {
            throw invalid("takes " + declared.size() + " values along dimension " + axis + "; got " + length);
        }
        if (sizes[axis] == UNDECIDED) {
            sizes[axis] = length;
        } else if (sizes[axis] != length) {
            throw invalid("takes rows of one length; along dimension " + axis + " came " + sizes[axis]
                    + " values, and then " + length);
        }
    }

    /** Lists and arrays of arrays can change between the measuring and the writing; the memory is as large as they were. */
    final void requireMeasured(int length, TensorBuffer to) {
        if (to.dimension(to.rank() - rank) != length) {
            throw invalid("was given a value that changed during the call: measured " + to.dimension(to.rank() - rank)
                    + " elements, found " + length);
        }
    }

    final InvalidInputException wrongType(@Nullable Object value, String expected) {
        return invalid("takes " + expected + "; got "
                + (value == null ? "null" : value.getClass().getSimpleName()));
    }

    final InvalidInputException invalid(String text) {
        return new InvalidInputException("Input '" + spec.name() + "' (" + spec.typeText() + ") " + text);
    }
}
