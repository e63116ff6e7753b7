package dev.maas.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.maas.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON for people and programs alike, and reads what others wrote. The methods have no state and are safe for use by any thread.
 *
 * <p>Written are two blanks for each level, but arrays of plain values on one line, as thousands of numbers would fill thousands of them.
 * Read is what RFC 8259 allows and nothing else: no {@code NaN}, no comments, no name twice in one object.
 */
final class JsonText {
    private static final Gson COMPACT =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final int DEEPEST = 64;
    private static final int LONGEST_NUMBER = 64;

    private JsonText() {}

    /** Returns a document over several lines, without a line end behind it. */
    static String of(JsonElement document) {
        StringBuilder text = new StringBuilder();
        append(text, document, "\n");
        return text.toString();
    }

    /** Returns a document on one line. */
    static String compact(JsonElement document) {
        return COMPACT.toJson(document);
    }

    private static void append(StringBuilder text, JsonElement element, String lineStart) {
        String inner = lineStart + "  ";
        if (element instanceof JsonObject object && !object.isEmpty()) {
            text.append('{');
            Iterator<Map.Entry<String, JsonElement>> members = object.entrySet().iterator();
            while (members.hasNext()) {
                Map.Entry<String, JsonElement> member = members.next();
                text.append(inner).append(COMPACT.toJson(member.getKey())).append(": ");
                append(text, member.getValue(), inner);
                text.append(members.hasNext() ? "," : "");
            }
            text.append(lineStart).append('}');
        } else if (element instanceof JsonArray array && !isFlat(array)) {
            text.append('[');
            for (int i = 0; i < array.size(); i++) {
                text.append(i == 0 ? "" : ",").append(inner);
                append(text, array.get(i), inner);
            }
            text.append(lineStart).append(']');
        } else if (element instanceof JsonArray array) {
            text.append('[');
            for (int i = 0; i < array.size(); i++) {
                text.append(i == 0 ? "" : ", ").append(COMPACT.toJson(array.get(i)));
            }
            text.append(']');
        } else {
            text.append(COMPACT.toJson(element));
        }
    }

    private static boolean isFlat(JsonArray array) {
        for (JsonElement element : array) {
            if (!element.isJsonPrimitive() && !element.isJsonNull()) {
                return false;
            }
        }
        return true;
    }

    /** Returns a text as a JSON value, or JSON's null. */
    static JsonElement orNull(@Nullable String text) {
        return text == null ? JsonNull.INSTANCE : new JsonPrimitive(text);
    }

    /**
     * Reads one document.
     *
     * @param what what it is, for messages
     * @throws InvalidInputException if it is anything else; the message says where
     */
    static JsonElement parse(String text, String what) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement document = read(reader, what, 0);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new InvalidInputException(what + " has something behind its end");
            }
            return document;
        } catch (MalformedJsonException | EOFException | NumberFormatException | IllegalStateException e) {
            throw new InvalidInputException(what + " is not sound JSON" + place(e), e);
        } catch (IOException e) {
            throw new IllegalStateException("Text in memory was read", e);
        }
    }

    /** The reader's messages end with the place and, behind it, a link to its own manual. */
    private static String place(Exception e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf(" at line ");
        int end = message.indexOf('\n');
        return at < 0 ? "" : message.substring(at, end < at ? message.length() : end);
    }

    private static JsonElement read(JsonReader reader, String what, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new InvalidInputException(what + " is nested deeper than " + DEEPEST + " levels");
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> readObject(reader, what, depth);
            case BEGIN_ARRAY -> readArray(reader, what, depth);
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> new JsonPrimitive(number(reader.nextString(), what));
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            default -> throw new InvalidInputException(what + " is not sound JSON at " + reader.getPath());
        };
    }

    private static JsonObject readObject(JsonReader reader, String what, int depth) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (object.has(name)) {
                throw new InvalidInputException(what + " has a name twice in one object, at " + reader.getPath());
            }
            object.add(name, read(reader, what, depth + 1));
        }
        reader.endObject();
        return object;
    }

    private static JsonArray readArray(JsonReader reader, String what, int depth) throws IOException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(read(reader, what, depth + 1));
        }
        reader.endArray();
        return array;
    }

    /** Kept exactly, as 64 bits hold integers that no double does; taking long ones apart would cost more than their bytes. */
    private static Number number(String text, String what) {
        if (text.length() > LONGEST_NUMBER) {
            throw new InvalidInputException(
                    what + " has a number of " + text.length() + " characters; " + LONGEST_NUMBER + " are allowed");
        }
        BigDecimal value = new BigDecimal(text);
        // The only number that a decimal loses something of.
        return value.signum() == 0 && text.startsWith("-") ? Double.valueOf(-0.0) : value;
    }
}
