package dev.maas.bind;

import dev.maas.EngineException;
import java.lang.invoke.MethodHandle;

/** Calls the constructor of a record. Immutable and safe for use by any thread. */
final class RecordMaker {
    private final Class<?> type;
    private final MethodHandle constructor;

    RecordMaker(Class<?> type, RecordHandles handles) {
        this.type = type;
        this.constructor = handles.constructor();
    }

    Object make(Object[] components) {
        try {
            return (Object) constructor.invokeExact(components);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new EngineException(
                    "The constructor of " + type.getSimpleName() + " refused what the model gave: " + e.getMessage(),
                    e);
        }
    }
}
