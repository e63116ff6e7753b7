package dev.maas;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Java type with its type arguments, which a {@link Class} cannot carry.
 *
 * <p>Make an anonymous subclass: {@code new TypeRef<Map<String, Float>>() {}}. Immutable and safe for use by any
 * thread.
 *
 * @param <T> the type
 */
@SuppressWarnings("unused") // T is read by reflection.
public abstract class TypeRef<T> {
    private final Type type;

    /**
     * Reads the type argument of the subclass.
     *
     * @throws InvalidInputException if the subclass does not give one
     */
    protected TypeRef() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parent)
                || parent.getRawType() != TypeRef.class) {
            throw new InvalidInputException(
                    "Make a TypeRef as a direct anonymous subclass: new TypeRef<Map<String, Float>>() {}");
        }
        this.type = parent.getActualTypeArguments()[0];
    }

    private TypeRef(Type type) {
        this.type = Objects.requireNonNull(type, "type");
    }

    /** Returns the type of a class without type arguments. */
    public static <T> TypeRef<T> of(Class<T> type) {
        return new TypeRef<>(type) {};
    }

    /** Returns the type for reflection. */
    public final Type type() {
        return type;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof TypeRef<?> ref && type.equals(ref.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    @Override
    public final String toString() {
        return type.getTypeName();
    }
}
