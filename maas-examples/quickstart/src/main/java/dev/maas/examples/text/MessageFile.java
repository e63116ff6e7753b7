package dev.maas.examples.text;

import dev.maas.InvalidInputException;
import dev.maas.examples.csv.DelimitedText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds messages in a CSV or TSV file that somebody else wrote.
 *
 * <p>The columns are found by their names in the first row. A file whose first row names none has two columns, and the one with
 * fewer different values holds the categories.
 */
final class MessageFile {
    private static final Set<String> TEXT_NAMES = Set.of("text", "message", "utterance", "query", "sentence");
    private static final Set<String> CATEGORY_NAMES = Set.of("category", "label", "intent", "class", "target");

    private MessageFile() {}

    /**
     * Returns the messages in a file's bytes.
     *
     * @param name the file's name, for messages and for its ending
     * @throws InvalidInputException if it is not such a file; the message names the line
     */
    static List<Message> read(String name, byte[] bytes) {
        String text = decode(name, bytes);
        try {
            List<DelimitedText.Row> rows = DelimitedText.parse(text, delimiter(name, text));
            return messages(rows);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(name + ": " + e.getMessage(), e);
        }
    }

    private static String decode(String name, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(name + " is not UTF-8 text; save it as UTF-8", e);
        }
    }

    /** A file that does not say so by its ending is told apart by the first line: spreadsheets write three kinds. */
    private static char delimiter(String name, String text) {
        String lower = name.toLowerCase(Locale.ROOT);
        String first = text.lines().findFirst().orElse("");
        if (lower.endsWith(".tsv") || lower.endsWith(".tab") || first.indexOf('\t') >= 0) {
            return '\t';
        }
        return first.indexOf(';') >= 0 && first.indexOf(',') < 0 ? ';' : ',';
    }

    private static List<Message> messages(List<DelimitedText.Row> rows) {
        if (rows.isEmpty()) {
            throw new InvalidInputException("There is no row in it");
        }
        List<String> head = rows.get(0).cells();
        int text = find(head, TEXT_NAMES);
        int category = find(head, CATEGORY_NAMES);
        if (text >= 0 && category >= 0) {
            return pick(rows.subList(1, rows.size()), text, category, head.size());
        }
        if (head.size() != 2) {
            throw new InvalidInputException(
                    "Expected a first row that names the columns 'text' and 'category', or two columns"
                            + " and no names; the first row is " + head);
        }
        checkWidths(rows, 2);
        boolean categoryFirst = distinct(rows, 0) < distinct(rows, 1);
        return pick(rows, categoryFirst ? 1 : 0, categoryFirst ? 0 : 1, 2);
    }

    private static int find(List<String> head, Set<String> names) {
        for (int column = 0; column < head.size(); column++) {
            if (names.contains(head.get(column).strip().toLowerCase(Locale.ROOT))) {
                return column;
            }
        }
        return -1;
    }

    private static int distinct(List<DelimitedText.Row> rows, int column) {
        Set<String> values = new HashSet<>();
        rows.forEach(row -> values.add(row.cells().get(column)));
        return values.size();
    }

    private static void checkWidths(List<DelimitedText.Row> rows, int width) {
        for (DelimitedText.Row row : rows) {
            if (row.cells().size() != width) {
                throw new InvalidInputException("Expected " + width + " cells as in the first row; line " + row.line()
                        + " has " + row.cells().size());
            }
        }
    }

    private static List<Message> pick(List<DelimitedText.Row> rows, int text, int category, int width) {
        checkWidths(rows, width);
        return rows.stream().map(row -> message(row, text, category)).toList();
    }

    private static Message message(DelimitedText.Row row, int text, int category) {
        Message message = new Message(row.cells().get(text), row.cells().get(category));
        if (message.text().isEmpty() || message.category().isEmpty()) {
            throw new InvalidInputException(
                    "Expected a text and a category; one of them is empty on line " + row.line());
        }
        return message;
    }
}
