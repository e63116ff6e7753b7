package dev.maas.registry.migrate;

import dev.maas.InvalidInputException;
import dev.maas.ModelLoadException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A mapping in a YAML document. SnakeYAML Engine makes texts, numbers, lists and maps, and nothing else. Immutable. */
final class Yaml {
    private static final int LARGEST = 4 << 20;

    private final Map<?, ?> fields;
    private final String what;

    private Yaml(Map<?, ?> fields, String what) {
        this.fields = fields;
        this.what = what;
    }

    /**
     * Reads a document.
     *
     * @param what the file, for messages
     * @throws ModelLoadException if it is no sound mapping
     * @throws InvalidInputException if the reader of YAML is not on the class path
     */
    static Yaml read(String text, String what) {
        try {
            return Parser.parse(text, what);
        } catch (NoClassDefFoundError e) {
            throw new InvalidInputException(
                    "YAML cannot be read: add org.snakeyaml:snakeyaml-engine (3.2 is tested) to the class path", e);
        }
    }

    /** Apart, so that the library is looked for only when it is needed. */
    private static final class Parser {
        static Yaml parse(String text, String what) {
            LoadSettings settings = LoadSettings.builder()
                    .setAllowDuplicateKeys(false)
                    .setAllowRecursiveKeys(false)
                    .setMaxAliasesForCollections(0)
                    .setCodePointLimit(LARGEST)
                    .build();
            try {
                @Nullable Object document = new Load(settings).loadFromString(text);
                if (document instanceof Map<?, ?> map) {
                    return new Yaml(map, what);
                }
                throw new ModelLoadException("'" + what + "' is not sound: expected one YAML mapping");
            } catch (YamlEngineException | StackOverflowError e) {
                throw new ModelLoadException("'" + what + "' is not sound YAML", e);
            }
        }
    }

    ModelLoadException wrong(String expected) {
        return new ModelLoadException("'" + what + "' is not sound: expected " + expected);
    }

    /** Returns a scalar as a text; empty if there is none, or it is null. */
    Optional<String> text(String name) {
        @Nullable Object value = fields.get(name);
        if (value instanceof Map || value instanceof List) {
            throw wrong("'" + name + "' to be a text");
        }
        return Optional.ofNullable(value).map(Object::toString);
    }

    /** Returns a mapping; empty if there is none, or it is null. */
    Optional<Yaml> map(String name) {
        @Nullable Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Map<?, ?> map) {
            return Optional.of(new Yaml(map, what));
        }
        throw wrong("'" + name + "' to be a mapping");
    }

    /** Returns the keys, in order, for messages. */
    String keys() {
        Set<String> keys = new TreeSet<>();
        fields.keySet().forEach(key -> keys.add(String.valueOf(key).replaceAll("\\p{C}", "?")));
        return keys.toString();
    }
}
