package dev.maas.registry.migrate;

import dev.maas.ModelLoadException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message in protobuf's text format, as far as configurations of models use it: fields of texts, words, numbers, messages and lists of
 * them, and comments. Not changed once it is read.
 */
final class TextProto {
    private static final int DEEPEST = 32;

    private final Map<String, List<Object>> fields = new LinkedHashMap<>();

    private TextProto() {}

    /**
     * Reads a message.
     *
     * @param what the file, for messages
     * @throws ModelLoadException if it is not sound
     */
    static TextProto read(String text, String what) {
        TextProtoTokens tokens = new TextProtoTokens(text, what);
        TextProto message = message(tokens, "", 0);
        if (!tokens.isAtEnd()) {
            throw tokens.wrong();
        }
        return message;
    }

    private static TextProto message(TextProtoTokens tokens, String end, int depth) {
        if (depth > DEEPEST) {
            throw tokens.wrong();
        }
        TextProto message = new TextProto();
        while (end.isEmpty() ? !tokens.isAtEnd() : !tokens.is(end)) {
            List<Object> values = message.fields.computeIfAbsent(tokens.name(), name -> new ArrayList<>());
            boolean colon = tokens.take(":");
            if (colon && tokens.take("[")) {
                while (!tokens.take("]")) {
                    values.add(value(tokens, true, depth));
                    tokens.take(",");
                }
            } else if (!colon && tokens.take("[")) {
                while (!tokens.take("]")) {
                    values.add(value(tokens, false, depth));
                    tokens.take(",");
                }
            } else {
                values.add(value(tokens, colon, depth));
            }
            if (!tokens.take(",")) {
                tokens.take(";");
            }
        }
        return message;
    }

    private static Object value(TextProtoTokens tokens, boolean scalars, int depth) {
        String end = tokens.take("{") ? "}" : tokens.take("<") ? ">" : "";
        if (!end.isEmpty()) {
            TextProto inner = message(tokens, end, depth + 1);
            tokens.take(end);
            return inner;
        }
        if (!scalars) {
            throw tokens.wrong();
        }
        return tokens.scalar();
    }

    /** Returns the last text or number of that name. */
    Optional<String> text(String name) {
        return fields.getOrDefault(name, List.of()).stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .reduce((first, second) -> second);
    }

    /** Returns all messages of that name. */
    List<TextProto> messages(String name) {
        return fields.getOrDefault(name, List.of()).stream()
                .filter(TextProto.class::isInstance)
                .map(TextProto.class::cast)
                .toList();
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }
}
