package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** Reads a list, or an array of objects, along one dimension; another reader knows its elements. */
final class ElementsReader extends TensorReader {
    private final @Nullable Class<?> arrayComponent;
    private final TensorReader element;

    /** Makes a reader of lists if there is no type of an array's components. */
    ElementsReader(@Nullable Class<?> arrayComponent, TensorReader element) {
        super(element.rank + 1);
        this.arrayComponent = arrayComponent;
        this.element = element;
    }

    @Override
    Object read(TensorBuffer from, int at) {
        int length = size(from, 0);
        int stride = elements(from, 1);
        Class<?> component = arrayComponent != null ? arrayComponent : Object.class;
        Object[] values = (Object[]) Array.newInstance(component, length);
        for (int i = 0; i < length; i++) {
            values[i] = element.read(from, at + i * stride);
        }
        return arrayComponent != null ? values : Collections.unmodifiableList(Arrays.asList(values));
    }
}
