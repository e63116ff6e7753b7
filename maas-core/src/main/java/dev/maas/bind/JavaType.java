package dev.maas.bind;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A Java type with its type arguments, also inside the components of a generic record. Immutable. */
final class JavaType {
    private static final TypeVariable<?> ELEMENT = Collection.class.getTypeParameters()[0];
    private static final Type LIST_OF_E = Collection.class.getGenericInterfaces()[0];

    private final Type type;
    private final Map<TypeVariable<?>, JavaType> variables;

    private JavaType(Type type, Map<TypeVariable<?>, JavaType> variables) {
        this.type = type;
        this.variables = variables;
    }

    static JavaType of(Type type) {
        return new JavaType(type, Map.of()).resolved();
    }

    /** Returns the type of a value that is at hand; an enum's constant with a body of its own is of the enum all the same. */
    static JavaType ofValue(Object value) {
        return of(value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass());
    }

    /** Returns the type of a list that is at hand, as its first element tells. */
    static JavaType listLike(List<?> list) {
        JavaType element = list.isEmpty() || list.get(0) == null
                ? of(Object.class)
                : list.get(0) instanceof List<?> inner ? listLike(inner) : ofValue(list.get(0));
        return new JavaType(LIST_OF_E, Map.of(ELEMENT, element));
    }

    /** Replaces a type variable by what it stands for, or else by the class of its bound, and a wildcard by its bound. */
    private JavaType resolved() {
        if (type instanceof TypeVariable<?> variable) {
            JavaType known = variables.get(variable);
            // The bound's own type arguments may lead back to the variable.
            return known != null
                    ? known
                    : of(new JavaType(variable.getBounds()[0], variables)
                            .resolved()
                            .raw());
        }
        if (type instanceof WildcardType wildcard) {
            return new JavaType(wildcard.getUpperBounds()[0], variables).resolved();
        }
        return this;
    }

    private JavaType within(Type part) {
        return new JavaType(part, variables).resolved();
    }

    Class<?> raw() {
        if (type instanceof Class<?> known) {
            return known;
        }
        if (type instanceof ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        }
        return within(((GenericArrayType) type).getGenericComponentType()).raw().arrayType();
    }

    boolean isArray() {
        return raw().isArray();
    }

    boolean isList() {
        return raw() == List.class || raw() == Iterable.class || raw() == Collection.class;
    }

    boolean isMap() {
        return raw() == Map.class;
    }

    boolean isRecord() {
        return raw().isRecord();
    }

    /** Of an array or a list. */
    JavaType element() {
        if (type instanceof GenericArrayType array) {
            return within(array.getGenericComponentType());
        }
        return isArray() ? of(raw().getComponentType()) : argument(0);
    }

    /** Of a map. */
    JavaType key() {
        return argument(0);
    }

    /** Of a map. */
    JavaType value() {
        return argument(1);
    }

    private JavaType argument(int index) {
        return type instanceof ParameterizedType parameterized
                ? within(parameterized.getActualTypeArguments()[index])
                : of(Object.class);
    }

    /** Of a record: the types of its components, in order. */
    List<JavaType> components() {
        Map<TypeVariable<?>, JavaType> inner = new HashMap<>();
        TypeVariable<?>[] parameters = raw().getTypeParameters();
        IntStream.range(0, parameters.length).forEach(i -> inner.put(parameters[i], argument(i)));
        return Arrays.stream(raw().getRecordComponents())
                .map(component -> new JavaType(component.getGenericType(), inner).resolved())
                .toList();
    }

    /** Returns the type as a programmer writes it, without packages. */
    @Override
    public String toString() {
        if (type instanceof ParameterizedType parameterized) {
            return Arrays.stream(parameterized.getActualTypeArguments())
                    .map(argument -> within(argument).toString())
                    .collect(Collectors.joining(", ", raw().getSimpleName() + "<", ">"));
        }
        return isArray() ? element() + "[]" : raw().getSimpleName();
    }
}
