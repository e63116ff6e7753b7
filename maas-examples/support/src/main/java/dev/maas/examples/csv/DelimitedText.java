package dev.maas.examples.csv;

import dev.maas.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads and writes comma- or tab-separated text as RFC 4180 describes it: a cell in quotes may hold delimiters, line ends, and quotes
 * written twice.
 *
 * <p>Beyond the RFC it takes any of the three line ends, skips empty lines, and leaves a quote inside an unquoted cell as it is,
 * which is how most tab-separated files are written. Not safe for use by several threads at once.
 */
public final class DelimitedText {
    /**
     * One row.
     *
     * @param line the line it begins on, counted from 1
     * @param cells what its cells hold
     */
    public record Row(int line, List<String> cells) {}

    private final String text;
    private final char delimiter;
    private final List<Row> rows = new ArrayList<>();
    private final StringBuilder cell = new StringBuilder();
    private List<String> cells = new ArrayList<>();
    private int position;
    private int line = 1;
    private int rowLine = 1;
    private boolean quoted;

    private DelimitedText(String text, char delimiter) {
        this.text = text;
        this.delimiter = delimiter;
    }

    /**
     * Returns the rows of a text.
     *
     * @throws InvalidInputException if a quote is not closed, or something but a delimiter follows the closing one
     */
    public static List<Row> parse(String text, char delimiter) {
        return new DelimitedText(text, delimiter).rows();
    }

    /**
     * Writes one row, with the line end of the RFC left to the caller. Cells are quoted where a reader needs it, and so is a row that
     * would be an empty line.
     */
    public static String write(List<String> cells, char delimiter) {
        return cells.stream()
                .map(cell -> isPlain(cell, delimiter) && (cells.size() > 1 || !cell.isEmpty())
                        ? cell
                        : '"' + cell.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(String.valueOf(delimiter)));
    }

    private static boolean isPlain(String cell, char delimiter) {
        return cell.chars().noneMatch(c -> c == delimiter || c == '\n' || c == '\r' || c == '"');
    }

    private List<Row> rows() {
        while (position < text.length()) {
            if (text.charAt(position) == '"') {
                readQuoted();
            } else {
                readPlain();
            }
            endCell();
        }
        if (!cells.isEmpty()) {
            // The text ends with a delimiter, after which an empty cell stands.
            cells.add("");
            endRow();
        }
        return rows;
    }

    private void readPlain() {
        while (position < text.length() && !atCellEnd()) {
            cell.append(text.charAt(position++));
        }
    }

    private void readQuoted() {
        int opened = line;
        quoted = true;
        position++;
        while (true) {
            if (position == text.length()) {
                throw new InvalidInputException("The quote that opens on line " + opened + " is never closed");
            }
            char c = text.charAt(position++);
            if (c != '"') {
                line += c == '\n' ? 1 : 0;
                cell.append(c);
            } else if (position < text.length() && text.charAt(position) == '"') {
                position++;
                cell.append('"');
            } else {
                break;
            }
        }
        if (position < text.length() && !atCellEnd()) {
            throw new InvalidInputException("On line " + line
                    + " something follows a closing quote; a quote inside a quoted cell" + " is written twice");
        }
    }

    private boolean atCellEnd() {
        char c = text.charAt(position);
        return c == delimiter || c == '\n' || c == '\r';
    }

    /** Takes the cell that was read, and the delimiter or line end behind it. */
    private void endCell() {
        cells.add(cell.toString());
        cell.setLength(0);
        if (position == text.length()) {
            endRow();
        } else if (text.charAt(position) == delimiter) {
            position++;
        } else {
            boolean pair = text.startsWith("\r\n", position);
            position += pair ? 2 : 1;
            line++;
            endRow();
        }
    }

    private void endRow() {
        boolean empty = cells.size() == 1 && cells.get(0).isEmpty() && !quoted;
        if (!empty) {
            rows.add(new Row(rowLine, List.copyOf(cells)));
        }
        cells = new ArrayList<>();
        quoted = false;
        rowLine = line;
    }
}
