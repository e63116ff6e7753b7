package dev.maas.registry.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.IntegrityException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of a JSON object's members; whatever is not as it should be is an {@link IntegrityException} that names it. For sibling
 * packages only. Safe for use by several threads as long as none changes the object.
 */
public final class Fields {
    private final JsonObject object;
    private final String what;

    /**
     * Reads an object.
     *
     * @param what what it is, for messages
     */
    public Fields(JsonObject object, String what) {
        this.object = object;
        this.what = what;
    }

    private JsonElement element(String name) {
        @Nullable JsonElement element = object.get(name);
        if (element == null) {
            throw wrong(name, "is missing");
        }
        return element;
    }

    /** Returns the exception that says what is wrong with a member. */
    public IntegrityException wrong(String name, String how) {
        return new IntegrityException(what + ": '" + name + "' " + how);
    }

    /** Returns whether there is a member of that name. */
    public boolean has(String name) {
        return object.has(name);
    }

    /** Returns a text. */
    public String string(String name) {
        return string(name, element(name));
    }

    private String string(String name, JsonElement element) {
        if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw wrong(name, "is not a text");
    }

    /** Returns a text, if there is one. */
    public Optional<String> optionalString(String name) {
        return has(name) ? Optional.of(string(name)) : Optional.empty();
    }

    /** Returns a text, or another where there is none. */
    public String stringOr(String name, String otherwise) {
        return has(name) ? string(name) : otherwise;
    }

    /** Returns 64 hexadecimal digits. */
    public String hex(String name) {
        String text = string(name);
        if (!Sha256.isHex(text)) {
            throw wrong(name, "is not a SHA-256");
        }
        return text;
    }

    /** Returns the hexadecimal digits of a {@code sha256:…}. */
    public String digest(String name) {
        String text = string(name);
        if (!text.startsWith(Sha256.PREFIX) || !Sha256.isHex(text.substring(Sha256.PREFIX.length()))) {
            throw wrong(name, "is not a sha256 digest");
        }
        return text.substring(Sha256.PREFIX.length());
    }

    /** Returns a whole number between bounds. */
    public long whole(String name, long least, long most) {
        if (element(name) instanceof JsonPrimitive primitive
                && primitive.isNumber()
                && primitive.getAsNumber() instanceof Long value) {
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw wrong(name, "is not a whole number from " + least + " to " + most);
    }

    /** Returns true or false. */
    public boolean flag(String name) {
        if (element(name) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw wrong(name, "is not true or false");
    }

    /** Returns the number of a version or the like, at least 1. */
    public int number(String name) {
        return (int) whole(name, 1, 999_999_999);
    }

    /** Returns a point in time. */
    public Instant instant(String name) {
        try {
            return Instant.parse(string(name));
        } catch (DateTimeException e) {
            throw wrong(name, "is not a time");
        }
    }

    /** Returns an object. */
    public Fields object(String name) {
        if (element(name) instanceof JsonObject inner) {
            return new Fields(inner, what + ", '" + name + "'");
        }
        throw wrong(name, "is not an object");
    }

    /** Returns the object that is read; it is not copied. */
    public JsonObject raw() {
        return object;
    }

    /** Returns a list. */
    public JsonArray array(String name) {
        if (element(name) instanceof JsonArray array) {
            return array;
        }
        throw wrong(name, "is not a list");
    }

    /** Returns a list of objects. */
    public List<Fields> objects(String name) {
        List<Fields> objects = new ArrayList<>();
        for (JsonElement element : array(name)) {
            if (!(element instanceof JsonObject inner)) {
                throw wrong(name, "is not a list of objects");
            }
            objects.add(new Fields(inner, what + ", '" + name + "'"));
        }
        return objects;
    }

    /** Returns a list of texts. */
    public List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (JsonElement element : array(name)) {
            strings.add(string(name, element));
        }
        return strings;
    }

    /** Returns a list of texts, empty where there is none. */
    public List<String> stringsOrNone(String name) {
        return has(name) ? strings(name) : List.of();
    }

    /** Returns a list of SHA-256s in hexadecimal digits. */
    public List<String> hexes(String name) {
        List<String> hexes = strings(name);
        if (!hexes.stream().allMatch(Sha256::isHex)) {
            throw wrong(name, "has something else than SHA-256s");
        }
        return hexes;
    }

    /** Returns an object whose members are texts, empty where there is none. */
    public Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (has(name)) {
            object(name).object.asMap().forEach((key, value) -> texts.put(key, string(name, value)));
        }
        return texts;
    }
}
