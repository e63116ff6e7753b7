package dev.maas.registry;

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

/** Typed reading of a JSON object's members; whatever is not as it should be is an {@link IntegrityException} that names it. */
final class Fields {
    private final JsonObject object;
    private final String what;

    Fields(JsonObject object, String what) {
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

    IntegrityException wrong(String name, String how) {
        return new IntegrityException(what + ": '" + name + "' " + how);
    }

    boolean has(String name) {
        return object.has(name);
    }

    String string(String name) {
        return string(name, element(name));
    }

    private String string(String name, JsonElement element) {
        if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw wrong(name, "is not a text");
    }

    Optional<String> optionalString(String name) {
        return has(name) ? Optional.of(string(name)) : Optional.empty();
    }

    String stringOr(String name, String otherwise) {
        return has(name) ? string(name) : otherwise;
    }

    /** Returns 64 hexadecimal digits. */
    String hex(String name) {
        String text = string(name);
        if (!Sha256.isHex(text)) {
            throw wrong(name, "is not a SHA-256");
        }
        return text;
    }

    /** Returns the hexadecimal digits of a {@code sha256:…}. */
    String digest(String name) {
        String text = string(name);
        if (!text.startsWith(Sha256.PREFIX) || !Sha256.isHex(text.substring(Sha256.PREFIX.length()))) {
            throw wrong(name, "is not a sha256 digest");
        }
        return text.substring(Sha256.PREFIX.length());
    }

    long whole(String name, long least, long most) {
        if (element(name) instanceof JsonPrimitive primitive
                && primitive.isNumber()
                && primitive.getAsNumber() instanceof Long value) {
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw wrong(name, "is not a whole number from " + least + " to " + most);
    }

    boolean flag(String name) {
        if (element(name) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw wrong(name, "is not true or false");
    }

    int number(String name) {
        return (int) whole(name, 1, 999_999_999);
    }

    Instant instant(String name) {
        try {
            return Instant.parse(string(name));
        } catch (DateTimeException e) {
            throw wrong(name, "is not a time");
        }
    }

    Fields object(String name) {
        if (element(name) instanceof JsonObject inner) {
            return new Fields(inner, what + ", '" + name + "'");
        }
        throw wrong(name, "is not an object");
    }

    JsonObject raw() {
        return object;
    }

    JsonArray array(String name) {
        if (element(name) instanceof JsonArray array) {
            return array;
        }
        throw wrong(name, "is not a list");
    }

    List<Fields> objects(String name) {
        List<Fields> objects = new ArrayList<>();
        for (JsonElement element : array(name)) {
            if (!(element instanceof JsonObject inner)) {
                throw wrong(name, "is not a list of objects");
            }
            objects.add(new Fields(inner, what + ", '" + name + "'"));
        }
        return objects;
    }

    List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (JsonElement element : array(name)) {
            strings.add(string(name, element));
        }
        return strings;
    }

    List<String> stringsOrNone(String name) {
        return has(name) ? strings(name) : List.of();
    }

    List<String> hexes(String name) {
        List<String> hexes = strings(name);
        if (!hexes.stream().allMatch(Sha256::isHex)) {
            throw wrong(name, "has something else than SHA-256s");
        }
        return hexes;
    }

    Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (has(name)) {
            object(name).object.asMap().forEach((key, value) -> texts.put(key, string(name, value)));
        }
        return texts;
    }
}
