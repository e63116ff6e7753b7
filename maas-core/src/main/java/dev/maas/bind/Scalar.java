package dev.maas.bind;

import dev.maas.tensor.ElementType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Java type of single values, and which elements of tensors it goes into and comes from. Nothing is lost on the way: a type goes
 * only where all of its values fit. Two exceptions, for want of a better Java type: a {@code float} goes into the 16-bit floats,
 * rounded as the model itself computes, and an integer comes out as an {@code int} or smaller if this one value fits.
 */
enum Scalar {
    FLOAT,
    DOUBLE,
    BYTE,
    SHORT,
    INT,
    LONG,
    BOOLEAN,
    STRING,
    ENUM;

    private static final Map<Class<?>, Scalar> KINDS = Map.ofEntries(
            Map.entry(float.class, FLOAT),
            Map.entry(Float.class, FLOAT),
            Map.entry(double.class, DOUBLE),
            Map.entry(Double.class, DOUBLE),
            Map.entry(byte.class, BYTE),
            Map.entry(Byte.class, BYTE),
            Map.entry(short.class, SHORT),
            Map.entry(Short.class, SHORT),
            Map.entry(int.class, INT),
            Map.entry(Integer.class, INT),
            Map.entry(long.class, LONG),
            Map.entry(Long.class, LONG),
            Map.entry(boolean.class, BOOLEAN),
            Map.entry(Boolean.class, BOOLEAN),
            Map.entry(String.class, STRING));

    /** Returns the kind of a class, or null if its values are not single ones. */
    static @Nullable Scalar of(Class<?> type) {
        return type.isEnum() ? ENUM : KINDS.get(type);
    }

    boolean isFloating() {
        return this == FLOAT || this == DOUBLE;
    }

    boolean isInteger() {
        return this == BYTE || this == SHORT || this == INT || this == LONG;
    }

    boolean isText() {
        return this == STRING || this == ENUM;
    }

    boolean goesInto(ElementType type) {
        return switch (this) {
            case FLOAT -> type.isFloatingPoint();
            case DOUBLE -> type == ElementType.FLOAT64;
            case BYTE -> isSignedOf(type, 1) || type == ElementType.UINT8 || isFloat(type, 1);
            case SHORT -> isSignedOf(type, 2) || type == ElementType.UINT16 || isFloat(type, 2);
            case INT -> isSignedOf(type, 4) || type == ElementType.UINT32 || isFloat(type, 4);
            case LONG -> type == ElementType.INT64 || type == ElementType.UINT64;
            case BOOLEAN -> type == ElementType.BOOL;
            case STRING, ENUM -> type == ElementType.STRING;
        };
    }

    private static boolean isSignedOf(ElementType type, int bytes) {
        return type.isInteger() && !type.isUnsigned() && type.byteSize() >= bytes;
    }

    /** Whether every integer of so many bytes is a number of that type. */
    private static boolean isFloat(ElementType type, int bytes) {
        return type == ElementType.FLOAT64 || (type == ElementType.FLOAT32 && bytes <= 2);
    }

    boolean comesFrom(ElementType type) {
        return switch (this) {
            case FLOAT -> (type.isFloatingPoint() && type != ElementType.FLOAT64) || isNarrowInteger(type, 2);
            case DOUBLE -> type.isFloatingPoint() || isNarrowInteger(type, 4);
            case BYTE, SHORT, INT, LONG -> type.isInteger();
            case BOOLEAN -> type == ElementType.BOOL;
            case STRING, ENUM -> type == ElementType.STRING;
        };
    }

    private static boolean isNarrowInteger(ElementType type, int bytes) {
        return type.isInteger() && type.byteSize() <= bytes;
    }

    /** Returns what Java types go into elements of that type, for messages. */
    static String takenBy(ElementType type) {
        return switch (type) {
            case FLOAT32, FLOAT16, BFLOAT16 -> "float";
            case FLOAT64 -> "double or float";
            case INT8, UINT8 -> "byte";
            case INT16, UINT16 -> "short";
            case INT32, UINT32 -> "int";
            case INT64, UINT64 -> "long";
            case BOOL -> "boolean";
            case STRING -> "String or an enum";
        };
    }

    /** Returns what Java types elements of that type come out as, for messages. */
    static String givenBy(ElementType type) {
        return switch (type) {
            case FLOAT32, FLOAT16, BFLOAT16 -> "float or double";
            case FLOAT64 -> "double";
            case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64 -> "long, or int where the values fit";
            case BOOL -> "boolean";
            case STRING -> "String or an enum";
        };
    }
}
