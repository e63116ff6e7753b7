package dev.maas.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * The written form of a shape's axes: {@code [batch, 3, ?, "odd, name"]}.
 *
 * <p>An axis is its size, its symbol, or {@code ?}. Symbols come out of models' files and may hold anything, so one that
 * could be read as something else, or that holds characters that have no place in a log, stands in double quotes, with
 * {@code \"}, {@code \\} and {@code \}{@code uXXXX} inside. Every list of axes is read back as it was.
 */
final class ShapeText {
    private final String text;
    private int place;

    private ShapeText(String text) {
        this.text = text;
    }

    static String of(Dimension dimension) {
        String symbol = dimension.symbol();
        if (symbol == null) {
            return dimension.isFree() ? "?" : Long.toString(dimension.size());
        }
        return isPlain(symbol) ? symbol : quoted(symbol);
    }

    /** Whether a symbol without quotes is read as that symbol, and harms no log. */
    private static boolean isPlain(String symbol) {
        return !symbol.isEmpty()
                && symbol.trim().equals(symbol)
                && !symbol.equals("?")
                && !isInteger(symbol)
                && symbol.codePoints().noneMatch(c -> ",[]\"\\".indexOf(c) >= 0 || isHarmful(c));
    }

    private static boolean isInteger(String part) {
        int start = part.startsWith("-") || part.startsWith("+") ? 1 : 0;
        return part.length() > start && part.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
    }

    /** Characters that move the cursor, break the line, reorder the text or cannot be encoded. */
    private static boolean isHarmful(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static String quoted(String symbol) {
        StringBuilder quoted = new StringBuilder("\"");
        symbol.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (isHarmful(c)) {
                for (char unit : Character.toChars(c)) {
                    quoted.append(String.format("\\u%04x", (int) unit));
                }
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    /**
     * Reads the axes between the brackets.
     *
     * @throws IllegalArgumentException if the text is not of the form that the class describes
     */
    static List<Dimension> parse(String text) {
        String trimmed = text.trim();
        if (trimmed.length() < 2 || !trimmed.startsWith("[") || !trimmed.endsWith("]")) {
            throw new IllegalArgumentException("A shape is written like [batch, 3] or unknown; got '" + text + "'");
        }
        return new ShapeText(trimmed.substring(1, trimmed.length() - 1).trim()).dimensions();
    }

    private List<Dimension> dimensions() {
        List<Dimension> dimensions = new ArrayList<>();
        while (!text.isEmpty() && place <= text.length()) {
            skipSpace();
            dimensions.add(place < text.length() && text.charAt(place) == '"' ? quotedSymbol() : bare());
            skipSpace();
            if (place < text.length() && text.charAt(place) != ',') {
                throw malformed("something follows the quotes of a name");
            }
            place++;
        }
        return dimensions;
    }

    private void skipSpace() {
        while (place < text.length() && text.charAt(place) <= ' ') {
            place++;
        }
    }

    private Dimension bare() {
        int comma = text.indexOf(',', place);
        int end = comma < 0 ? text.length() : comma;
        String part = text.substring(place, end).trim();
        place = end;
        if (part.isEmpty()) {
            throw malformed("it has an axis without size or name");
        }
        if (part.equals("?")) {
            return Dimension.free();
        }
        if (isPlain(part)) {
            return Dimension.free(part);
        }
        if (!isInteger(part) || part.startsWith("-") || part.startsWith("+")) {
            throw malformed(
                    "'" + part + "' is no axis: write a size, a name, ? for a free axis without a name, or an odd"
                            + " name in double quotes");
        }
        try {
            return Dimension.fixed(Long.parseLong(part));
        } catch (NumberFormatException e) {
            throw malformed("the size " + part + " is larger than " + Long.MAX_VALUE);
        }
    }

    private Dimension quotedSymbol() {
        StringBuilder symbol = new StringBuilder();
        for (place++; place < text.length(); place++) {
            char c = text.charAt(place);
            if (c == '"') {
                place++;
                return Dimension.free(symbol.toString());
            }
            symbol.append(c == '\\' ? escaped() : c);
        }
        throw malformed("a double quote is not closed");
    }

    /** Reads what follows a backslash and stops at its last character. */
    private char escaped() {
        place++;
        char kind = place < text.length() ? text.charAt(place) : ' ';
        if (kind == '"' || kind == '\\') {
            return kind;
        }
        int end = place + 5;
        if (kind != 'u' || end > text.length()) {
            throw malformed("a backslash is followed by \", \\ or u and four hexadecimal digits");
        }
        int unit = 0;
        while (++place < end) {
            int digit = Character.digit(text.charAt(place), 16);
            if (digit < 0) {
                throw malformed("a backslash is followed by \", \\ or u and four hexadecimal digits");
            }
            unit = unit * 16 + digit;
        }
        place--;
        return (char) unit;
    }

    private IllegalArgumentException malformed(String why) {
        return new IllegalArgumentException("The shape [" + text + "] cannot be read: " + why);
    }
}
