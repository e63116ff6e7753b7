package dev.maas.bind;

import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The names, accessors and constructor of a record, resolved once. Immutable. */
final class RecordHandles {
    private final Class<?> type;
    private final List<JavaType> types;
    private final List<String> names;
    private final MethodHandles.Lookup lookup;

    private RecordHandles(Class<?> type, List<JavaType> types, List<String> names, MethodHandles.Lookup lookup) {
        this.type = type;
        this.types = types;
        this.names = names;
        this.lookup = lookup;
    }

    /** Opens a record, which need not be public. */
    static RecordHandles of(JavaType record) throws Misfit {
        Class<?> type = record.raw();
        List<String> names = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            names.add(nameOf(component));
        }
        Set<String> distinct = new HashSet<>(names);
        if (distinct.size() != names.size()) {
            throw new Misfit("two components of " + record + " have one name; there are " + names);
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            return new RecordHandles(type, record.components(), names, lookup);
        } catch (IllegalAccessException e) {
            throw new Misfit(record + " cannot be reached; open its package to the module dev.maas.core: opens "
                    + type.getPackageName() + " to dev.maas.core");
        }
    }

    /** Returns the model's spelling of a component. */
    static String nameOf(RecordComponent component) {
        Annotation name = component.getAnnotation(Name.class);
        return name instanceof Name given ? given.value() : component.getName();
    }

    /** The model's spelling of the components, in order. */
    List<String> names() {
        return names;
    }

    List<JavaType> types() {
        return types;
    }

    String componentName(int index) {
        return type.getSimpleName() + "." + type.getRecordComponents()[index].getName();
    }

    /** Returns a handle from an object, which must be the record, to a component as that type. */
    MethodHandle accessor(int index, Class<?> as) {
        try {
            return lookup.unreflect(type.getRecordComponents()[index].getAccessor())
                    .asType(MethodType.methodType(as, Object.class));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("A private lookup reaches every accessor of " + type, e);
        }
    }

    /** Returns a handle from an array of the boxed components to the record as an object. */
    MethodHandle constructor() {
        Class<?>[] parameters = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return lookup.findConstructor(type, MethodType.methodType(void.class, parameters))
                    .asSpreader(Object[].class, parameters.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException("A record has a canonical constructor: " + type, e);
        }
    }
}
