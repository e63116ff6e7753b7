package dev.maas.bind;

import dev.maas.InvalidInputException;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Takes one component out of a record. Immutable and safe for use by any thread. */
final class Component {
    private final String name;
    private final MethodHandle asObject;

    Component(RecordHandles handles, int index) {
        this.name = handles.componentName(index);
        this.asObject = handles.accessor(index, Object.class);
    }

    @Nullable
    Object get(Object record) {
        try {
            return (Object) asObject.invokeExact(record);
        } catch (Throwable e) {
            throw failed(name, e);
        }
    }

    /** An accessor is the application's own code; what it throws is about the input. */
    static RuntimeException failed(String name, Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return new InvalidInputException("The accessor of " + name + " failed: " + cause.getMessage(), cause);
    }
}
