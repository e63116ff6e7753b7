package dev.maas.bind;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes values whose type is known only when they come, as in a {@code Map<String, ?>}: numbers, strings, arrays of these and
 * lists. A list's type is that of its first element.
 */
final class DynamicWriter extends TensorWriter {
    /** More classes than this are resolved anew each time, so that a stream of odd ones cannot fill the memory. */
    private static final int MAX_KNOWN = 32;

    private final WriterFactory factory;
    private final List<Dimension> dimensions;
    private final Map<Class<?>, TensorWriter> known = new ConcurrentHashMap<>();

    DynamicWriter(TensorSpec spec, List<Dimension> dimensions, WriterFactory factory) {
        super(spec, dimensions.size());
        this.dimensions = dimensions;
        this.factory = factory;
    }

    @Override
    void measure(@Nullable Object value, long[] sizes, int axis) {
        writer(value).measure(value, sizes, axis);
    }

    @Override
    int write(Object value, TensorBuffer to, int at) {
        return writer(value).write(value, to, at);
    }

    private TensorWriter writer(@Nullable Object value) {
        if (value == null) {
            throw invalid("takes no nulls");
        }
        if (value instanceof List<?> list) {
            return resolve(JavaType.listLike(list));
        }
        TensorWriter writer = known.get(value.getClass());
        if (writer == null) {
            writer = resolve(JavaType.ofValue(value));
            if (known.size() < MAX_KNOWN) {
                known.put(value.getClass(), writer);
            }
        }
        return writer;
    }

    private TensorWriter resolve(JavaType type) {
        if (type.raw() == Object.class) {
            throw wrongType(new Object(), "numbers, strings, and arrays or lists of these");
        }
        try {
            return factory.writer(type, dimensions);
        } catch (Misfit e) {
            throw invalid("does not take " + type + ": " + e.reason() + factory.hint());
        }
    }
}
