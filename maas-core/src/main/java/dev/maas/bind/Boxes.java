package dev.maas.bind;

import java.lang.invoke.MethodType;

/** Pairs primitive types with their boxes. */
final class Boxes {
    private Boxes() {}

    /** Returns the class of a type's values as objects. */
    static Class<?> of(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }
}
