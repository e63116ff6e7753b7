package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import java.lang.reflect.Array;

/** Reads an array of primitives: of the last dimension, or of several in row-major order. */
final class ArrayReader extends TensorReader {
    private final Class<?> component;

    ArrayReader(int rank, Class<?> component) {
        super(rank);
        this.component = component;
    }

    @Override
    Object read(TensorBuffer from, int at) {
        int length = elements(from, 0);
        Object array = component == float.class ? new float[length] : Array.newInstance(component, length);
        Cells.getArray(from, at, array);
        return array;
    }
}
