package dev.maas.registry.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes JSON in the one form that everything digested has: the JSON Canonicalization Scheme, RFC 8785.
 *
 * <p>No white space, members in the order of their names' UTF-16 code units, strings with the fewest escapes, numbers as ECMAScript
 * writes them. Java's own {@code Double.toString} will not do: its digits differ between JDK 17 and 19, and with them every digest.
 * Whole numbers stay whole up to 2⁵³, beyond which other readers would round them; they are refused. For sibling packages only; safe for
 * use by any thread.
 */
public final class CanonicalJson {
    private static final long LARGEST_EXACT = 1L << 53;
    private static final int LARGEST_PLAIN_EXPONENT = 21;
    private static final int SMALLEST_PLAIN_EXPONENT = -6;

    private CanonicalJson() {}

    /**
     * Returns the canonical form in UTF-8.
     *
     * @throws IllegalArgumentException if a string is not well-formed Unicode, or a number has no canonical form
     */
    public static byte[] bytes(JsonElement element) {
        StringBuilder text = new StringBuilder();
        write(element, text);
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("A text has half of a surrogate pair", e);
        }
    }

    private static void write(JsonElement element, StringBuilder out) {
        if (element instanceof JsonObject object) {
            writeObject(object, out);
        } else if (element instanceof JsonArray array) {
            out.append('[');
            for (int i = 0; i < array.size(); i++) {
                separate(i, out);
                write(array.get(i), out);
            }
            out.append(']');
        } else if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            writeString(primitive.getAsString(), out);
        } else if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
            out.append(number(primitive.getAsNumber()));
        } else {
            out.append(element);
        }
    }

    private static void separate(int index, StringBuilder out) {
        if (index > 0) {
            out.append(',');
        }
    }

    private static void writeObject(JsonObject object, StringBuilder out) {
        out.append('{');
        int index = 0;
        for (Map.Entry<String, JsonElement> member : new TreeMap<>(object.asMap()).entrySet()) {
            separate(index++, out);
            writeString(member.getKey(), out);
            out.append(':');
            write(member.getValue(), out);
        }
        out.append('}');
    }

    private static void writeString(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static String number(Number number) {
        if (number instanceof Double || number instanceof Float) {
            return number(number.doubleValue());
        }
        long value = number.longValue();
        if (Math.abs(value) > LARGEST_EXACT) {
            throw new IllegalArgumentException("A whole number is at most 2^53 in JSON; got " + value);
        }
        return Long.toString(value);
    }

    /** ECMAScript's Number::toString. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has finite numbers only; got " + value);
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        return (value < 0 ? "-" : "") + place(digits, point);
    }

    /** The decimal number of the fewest digits that reads back as the value; 17 always do. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; ; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
    }

    private static String place(String digits, int point) {
        int count = digits.length();
        if (count <= point && point <= LARGEST_PLAIN_EXPONENT) {
            return digits + "0".repeat(point - count);
        }
        if (0 < point && point <= LARGEST_PLAIN_EXPONENT) {
            return digits.substring(0, point) + "." + digits.substring(point);
        }
        if (SMALLEST_PLAIN_EXPONENT < point && point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        int exponent = point - 1;
        String mantissa = count == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
    }
}
