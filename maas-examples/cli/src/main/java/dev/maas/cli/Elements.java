package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.maas.InvalidInputException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.HalfFloats;
import dev.maas.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Collects the elements of one tensor, from JSON or from the cells of a CSV file, each checked against the type: integers are whole and in
 * range, and nothing is rounded but decimal fractions.
 *
 * <p>JSON has no NaN and no infinities. They are written as the texts {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}, as
 * protobuf's JSON has them, and read in the same form where a floating-point number is expected. A finite number that the type cannot hold
 * is refused rather than made infinite. Not safe for use by several threads.
 */
final class Elements {
    private static final int SHOWN = 40;
    private static final double EXACT = 1L << 53;

    private final ElementType type;
    private final String what;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ByteBuffer one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    private final List<String> texts = new ArrayList<>();
    private long count;

    /**
     * Begins without elements.
     *
     * @param what what takes them, for messages, such as {@code The input 'x'}
     */
    Elements(ElementType type, String what) {
        this.type = type;
        this.what = what;
    }

    long count() {
        return count;
    }

    /**
     * Adds an element from JSON.
     *
     * @throws InvalidInputException if it is none of the type
     */
    void add(JsonElement element) {
        if (!(element instanceof JsonPrimitive primitive)) {
            throw wrong(element.isJsonNull() ? "null" : element.isJsonArray() ? "an array" : "an object", "");
        }
        boolean fits;
        if (type == ElementType.STRING) {
            fits = primitive.isString();
        } else if (type == ElementType.BOOL) {
            fits = primitive.isBoolean();
        } else {
            fits = primitive.isNumber() || (type.isFloatingPoint() && isSpecial(primitive));
        }
        if (!fits) {
            throw wrong(shown(JsonText.compact(primitive)), "");
        }
        put(primitive.getAsString(), shown(JsonText.compact(primitive)), "");
    }

    private static boolean isSpecial(JsonPrimitive primitive) {
        return primitive.isString() && special(primitive.getAsString()).isPresent();
    }

    private static Optional<Float> special(String text) {
        return switch (text) {
            case "NaN" -> Optional.of(Float.NaN);
            case "Infinity" -> Optional.of(Float.POSITIVE_INFINITY);
            case "-Infinity" -> Optional.of(Float.NEGATIVE_INFINITY);
            default -> Optional.empty();
        };
    }

    /**
     * Adds an element from a cell of text.
     *
     * @param place where the cell is, for messages
     * @throws InvalidInputException if it is none of the type
     */
    void addText(String cell, String place) {
        put(type == ElementType.STRING ? cell : cell.strip(), "'" + shown(cell) + "'", place);
    }

    private void put(String text, String shown, String place) {
        if (type == ElementType.STRING) {
            texts.add(text);
        } else if (type == ElementType.BOOL) {
            putBoolean(text, shown, place);
        } else if (type.isFloatingPoint()) {
            putFloatingPoint(text, shown, place);
        } else {
            putInteger(text, shown, place);
        }
        count++;
    }

    private void putBoolean(String text, String shown, String place) {
        switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1" -> bytes.write(1);
            case "false", "0" -> bytes.write(0);
            default -> throw wrong(shown, place);
        }
    }

    private void putFloatingPoint(String text, String shown, String place) {
        Optional<Float> special = special(text);
        if (special.isEmpty() && !text.matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,9})?")) {
            throw wrong(shown, place);
        }
        if (type == ElementType.FLOAT64) {
            double value = special.map(Float::doubleValue).orElseGet(() -> Double.parseDouble(text));
            requireHeld(special.isPresent() || Double.isFinite(value), shown, place);
            write(one.putDouble(0, value), Double.BYTES);
            return;
        }
        float value = special.orElseGet(() -> Float.parseFloat(text));
        if (type == ElementType.FLOAT32) {
            requireHeld(special.isPresent() || Float.isFinite(value), shown, place);
            write(one.putFloat(0, value), Float.BYTES);
            return;
        }
        boolean half = type == ElementType.FLOAT16;
        short bits = half ? HalfFloats.floatToFloat16(value) : HalfFloats.floatToBfloat16(value);
        float back = half ? HalfFloats.float16ToFloat(bits) : HalfFloats.bfloat16ToFloat(bits);
        requireHeld(special.isPresent() || Float.isFinite(back), shown, place);
        write(one.putShort(0, bits), Short.BYTES);
    }

    private void putInteger(String text, String shown, String place) {
        long value = whole(text, shown, place);
        int size = type.byteSize();
        boolean held = size == Long.BYTES
                || (type.isUnsigned()
                        ? value >= 0 && value < 1L << (8 * size)
                        : value >= -(1L << (8 * size - 1)) && value < 1L << (8 * size - 1));
        requireHeld(held, shown, place);
        switch (size) {
            case Byte.BYTES -> one.put(0, (byte) value);
            case Short.BYTES -> one.putShort(0, (short) value);
            case Integer.BYTES -> one.putInt(0, (int) value);
            default -> one.putLong(0, value);
        }
        write(one, size);
    }

    /** Also takes 3.0 and 3e2, which programs write for whole numbers that they keep as doubles. */
    private long whole(String text, String shown, String place) {
        if (text.matches("[-+]?[0-9]{1,20}")) {
            try {
                return type == ElementType.UINT64 ? Long.parseUnsignedLong(text) : Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw unheld(shown, place);
            }
        }
        if (!text.matches("[-+]?[0-9]+(\\.[0-9]*)?([eE][-+]?[0-9]{1,3})?")) {
            throw wrong(shown, place);
        }
        double value = Double.parseDouble(text);
        if (value != Math.rint(value)) {
            throw wrong(shown, place);
        }
        requireHeld(Math.abs(value) <= EXACT && (value >= 0 || !type.isUnsigned()), shown, place);
        return (long) value;
    }

    private void write(ByteBuffer value, int size) {
        for (int i = 0; i < size; i++) {
            bytes.write(value.get(i));
        }
    }

    private void requireHeld(boolean held, String shown, String place) {
        if (!held) {
            throw unheld(shown, place);
        }
    }

    private InvalidInputException unheld(String shown, String place) {
        return new InvalidInputException(what + " takes " + type + ", which does not hold " + shown + at(place));
    }

    private InvalidInputException wrong(String shown, String place) {
        String hint = type.isFloatingPoint() ? " (or \"NaN\", \"Infinity\", \"-Infinity\")" : "";
        return new InvalidInputException(what + " takes " + type + hint + "; got " + shown + at(place));
    }

    private String at(String place) {
        return place.isEmpty() ? " as its element " + count : " on " + place;
    }

    private static String shown(String text) {
        String printable = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}&&[^\\p{Cs}]]", "?");
        return printable.length() <= SHOWN ? printable : printable.substring(0, SHOWN) + "...";
    }

    /**
     * Returns the tensor of what was added.
     *
     * @throws InvalidInputException if the shape holds another number of elements
     */
    Tensor toTensor(long... shape) {
        try {
            return type == ElementType.STRING
                    ? Tensor.of(texts.toArray(new String[0]), shape)
                    : Tensor.of(type, ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.nativeOrder()), shape);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidInputException(
                    what + " has " + count + " elements, which its shape " + Arrays.toString(shape) + " does not hold",
                    e);
        }
    }

    /** Returns an element of a tensor, or a value of a map that a model gave, as JSON. */
    static JsonElement toJson(ElementType type, Object element) {
        if (type == ElementType.UINT64 && element instanceof Long bits) {
            return new JsonPrimitive(new BigInteger(Long.toUnsignedString(bits)));
        }
        return toJson(element);
    }

    /** Returns a value as JSON: what is not finite as a text. */
    static JsonElement toJson(Object value) {
        if (value instanceof Float || value instanceof Double) {
            double number = ((Number) value).doubleValue();
            return Double.isFinite(number)
                    ? new JsonPrimitive((Number) value)
                    : new JsonPrimitive(String.valueOf(number));
        }
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        return value instanceof Boolean truth ? new JsonPrimitive(truth) : new JsonPrimitive(String.valueOf(value));
    }

    /** Returns a tensor's elements in row-major order. */
    static JsonArray toJson(Tensor tensor, long from, long to) {
        JsonArray array = new JsonArray();
        for (long i = from; i < to; i++) {
            array.add(toJson(tensor.elementType(), tensor.element(i)));
        }
        return array;
    }
}
