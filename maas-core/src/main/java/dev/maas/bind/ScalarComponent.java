package dev.maas.bind;

import dev.maas.tensor.TensorBuffer;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Writes one single-valued component of a record into one element, without boxing it. Immutable. */
final class ScalarComponent {
    private final String name;
    private final Scalar kind;
    private final MethodHandle accessor;
    private final @Nullable EnumNames names;
    /** For what may be null; null for primitives. */
    private final @Nullable Component nullable;

    ScalarComponent(RecordHandles handles, int index, Scalar kind, @Nullable EnumNames names) {
        Class<?> type = handles.types().get(index).raw();
        this.name = handles.componentName(index);
        this.kind = kind;
        this.names = names;
        this.nullable = type.isPrimitive() ? null : new Component(handles, index);
        this.accessor = handles.accessor(index, carrier(kind));
    }

    private static Class<?> carrier(Scalar kind) {
        if (kind.isFloating()) {
            return double.class;
        }
        return kind.isInteger() ? long.class : kind == Scalar.BOOLEAN ? boolean.class : Object.class;
    }

    String name() {
        return name;
    }

    boolean isNullIn(Object record) {
        return nullable != null && nullable.get(record) == null;
    }

    void write(Object record, TensorBuffer to, int at) {
        try {
            if (kind.isFloating()) {
                Cells.putDouble(to, at, (double) accessor.invokeExact(record));
            } else if (kind.isInteger()) {
                Cells.putLong(to, at, (long) accessor.invokeExact(record));
            } else if (kind == Scalar.BOOLEAN) {
                Cells.putLong(to, at, (boolean) accessor.invokeExact(record) ? 1 : 0);
            } else {
                Object text = (Object) accessor.invokeExact(record);
                to.strings()[at] = names != null ? names.nameOf(text) : (String) text;
            }
        } catch (Throwable e) {
            throw Component.failed(name, e);
        }
    }
}
