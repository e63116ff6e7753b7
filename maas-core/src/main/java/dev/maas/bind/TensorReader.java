package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;

/**
 * Reads values of one Java type from the last so many dimensions of a tensor. Readers nest as {@linkplain TensorWriter writers} do.
 * Immutable and safe for use by any thread.
 */
abstract class TensorReader {
    /** Covers whatever there is. */
    static final int ANY_RANK = -1;

    /** The number of dimensions that this reader covers, or {@link #ANY_RANK}. */
    final int rank;

    TensorReader(int rank) {
        this.rank = rank;
    }

    /** Returns the value that begins at an element. */
    abstract Object read(TensorBuffer from, int at);

    /** Returns the size along one of this reader's dimensions, counted from 0. */
    final int size(TensorBuffer from, int axis) {
        return (int) from.dimension(from.rank() - rank + axis);
    }

    /** Returns the number of elements in the dimensions after so many of this reader's. */
    final int elements(TensorBuffer from, int skipped) {
        int count = 1;
        for (int axis = skipped; axis < rank; axis++) {
            count *= size(from, axis);
        }
        return count;
    }
}
