package dev.maas.bind;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what goes into one of a model's inputs in a value of the application's. Immutable and safe for use by any thread. */
interface InputPart {
    /** Returns the part, which may be null, as the writer refuses it then. */
    @Nullable
    Object of(@Nullable Object value);

    /** The value itself. */
    static InputPart whole() {
        return value -> value;
    }

    /** A value of a map. */
    static InputPart entry(String key) {
        return value -> value instanceof Map<?, ?> map ? map.get(key) : null;
    }
}
