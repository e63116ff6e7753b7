package dev.maas.registry.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.maas.IntegrityException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON that may be hostile. Refuses what readers understand differently, such as a name that comes twice, and what would cost
 * more than its bytes: nesting and numbers without end. For sibling packages only; safe for use by any thread.
 */
public final class StrictJson {
    private static final int DEEPEST = 16;
    private static final int LONGEST_NUMBER = 32;
    private static final int LONGEST_EXACT = 18;

    private final JsonReader reader;
    private final String what;

    private StrictJson(JsonReader reader, String what) {
        this.reader = reader;
        this.what = what;
    }

    /**
     * Reads one object.
     *
     * @param what what it is, for messages
     * @throws IntegrityException if the bytes are anything else
     */
    public static JsonObject object(byte[] bytes, String what) {
        String text = decode(bytes, what);
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = new StrictJson(reader, what).read(0);
            if (reader.peek() != JsonToken.END_DOCUMENT || !(element instanceof JsonObject object)) {
                throw new IntegrityException(what + " is not one JSON object");
            }
            return object;
        } catch (MalformedJsonException | EOFException | NumberFormatException | IllegalStateException e) {
            throw new IntegrityException(what + " is not sound JSON", e);
        } catch (IOException e) {
            throw new IllegalStateException("Text in memory was read", e);
        }
    }

    private static String decode(byte[] bytes, String what) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IntegrityException(what + " is not sound UTF-8", e);
        }
    }

    private JsonElement read(int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IntegrityException(what + " is nested deeper than " + DEEPEST);
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> readObject(depth);
            case BEGIN_ARRAY -> readArray(depth);
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> new JsonPrimitive(number(reader.nextString()));
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            default -> throw new IntegrityException(what + " is not sound JSON");
        };
    }

    private JsonObject readObject(int depth) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (object.has(name)) {
                throw new IntegrityException(what + " has a name twice in one object");
            }
            object.add(name, read(depth + 1));
        }
        reader.endObject();
        return object;
    }

    private JsonArray readArray(int depth) throws IOException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(read(depth + 1));
        }
        reader.endArray();
        return array;
    }

    private Number number(String text) {
        if (text.length() > LONGEST_NUMBER) {
            throw new IntegrityException(what + " has a number of " + text.length() + " characters");
        }
        boolean whole = text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
        if (whole && text.length() <= LONGEST_EXACT) {
            return Long.valueOf(text);
        }
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new IntegrityException(what + " has a number that is out of range");
        }
        return value;
    }
}
