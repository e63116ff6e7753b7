package dev.maas.registry.migrate;

import dev.maas.ModelLoadException;

/** The words, texts and marks of protobuf's text format, one after the other. Used by one thread. */
final class TextProtoTokens {
    private static final String MARKS = "{}<>[]:,;";

    private final String text;
    private final String what;
    private int place;

    // The token where the reading stands; the end is an empty one that is not quoted.
    private String token = "";
    private boolean quoted;

    TextProtoTokens(String text, String what) {
        this.text = text;
        this.what = what;
        next();
    }

    private void next() {
        skipBlanks();
        quoted = false;
        if (place == text.length()) {
            token = "";
            return;
        }
        char first = text.charAt(place);
        if (first == '"' || first == '\'') {
            quoted = true;
            token = literal(first);
        } else if (MARKS.indexOf(first) >= 0) {
            token = String.valueOf(first);
            place++;
        } else {
            int start = place;
            while (place < text.length() && isWord(text.charAt(place))) {
                place++;
            }
            token = text.substring(start, place);
            if (token.isEmpty()) {
                throw wrong();
            }
        }
    }

    private void skipBlanks() {
        boolean comment = false;
        while (place < text.length()) {
            char c = text.charAt(place);
            comment = c == '#' || (comment && c != '\n');
            if (!comment && c != ' ' && c != '\t' && c != '\r' && c != '\n') {
                return;
            }
            place++;
        }
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "_.+-".indexOf(c) >= 0;
    }

    private String literal(char quote) {
        StringBuilder literal = new StringBuilder();
        for (place++; place < text.length(); place++) {
            char c = text.charAt(place);
            if (c == quote) {
                place++;
                return literal.toString();
            }
            if (c == '\n') {
                break;
            }
            if (c == '\\' && place + 1 < text.length()) {
                place++;
                char escaped = text.charAt(place);
                c = escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
            }
            literal.append(c);
        }
        throw wrong();
    }

    boolean isAtEnd() {
        return token.isEmpty() && !quoted;
    }

    boolean is(String mark) {
        return !quoted && token.equals(mark);
    }

    /** Goes on if the token is that mark; returns whether it was. */
    boolean take(String mark) {
        boolean found = is(mark);
        if (found) {
            next();
        }
        return found;
    }

    /** Takes a field's name. */
    String name() {
        if (quoted || !token.matches("[A-Za-z_][A-Za-z0-9_.]{0,200}")) {
            throw wrong();
        }
        String name = token;
        next();
        return name;
    }

    /** Takes a word, a number or a text; texts side by side are one. */
    String scalar() {
        if (!quoted && (token.isEmpty() || !isWord(token.charAt(0)))) {
            throw wrong();
        }
        StringBuilder scalar = new StringBuilder(token);
        boolean literal = quoted;
        next();
        while (literal && quoted) {
            scalar.append(token);
            next();
        }
        return scalar.toString();
    }

    ModelLoadException wrong() {
        return new ModelLoadException(
                "'" + what + "' is not sound: expected protobuf's text format, such as name: \"spam\"");
    }
}
