package dev.maas.examples.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lays cells out in columns: the first column to the left, numbers to the right. Not safe for use by several threads. */
public final class Table {
    private static final String GAP = "  ";
    private static final String CUT = "...";
    private static final int NARROWEST = 8;

    private final List<List<String>> rows = new ArrayList<>();

    /** Makes a table with these heads and no rows. */
    public Table(String... heads) {
        rows.add(List.of(heads));
    }

    /** Adds a row of as many cells as there are heads. */
    public Table row(Object... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException("Expected " + rows.get(0).size() + " cells; got " + cells.length);
        }
        rows.add(Arrays.stream(cells).map(cell -> oneLine(String.valueOf(cell))).toList());
        return this;
    }

    /** Others may have written a cell's text: it stays on its line, and moves neither the cursor nor the reading direction. */
    private static String oneLine(String cell) {
        return cell.replaceAll("\\s+", " ").replaceAll("[\\p{C}\\p{Zl}\\p{Zp}&&[^\\p{Cs}]]", "?");
    }

    /** Returns the lines, the heads first. */
    public List<String> lines() {
        return lines(Integer.MAX_VALUE);
    }

    /** Returns the lines, the widest cells cut until no line is longer than that, if that is possible. */
    public List<String> lines(int longest) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        boolean[] right = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            int index = column;
            widths[column] =
                    rows.stream().mapToInt(row -> width(row.get(index))).max().orElse(0);
            right[column] = rows.size() > 1 && rows.stream().skip(1).allMatch(row -> isNumber(row.get(index)));
        }
        narrow(widths, right, longest - GAP.length() * (columns - 1));
        return rows.stream().map(row -> line(row, widths, right)).toList();
    }

    private static void narrow(int[] widths, boolean[] numbers, long room) {
        while (Arrays.stream(widths).asLongStream().sum() > room) {
            int widest = -1;
            for (int column = 0; column < widths.length; column++) {
                boolean wider = widest < 0 || widths[column] > widths[widest];
                widest = !numbers[column] && wider ? column : widest;
            }
            if (widest < 0 || widths[widest] <= NARROWEST) {
                return;
            }
            widths[widest]--;
        }
    }

    private static String line(List<String> row, int[] widths, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String cell = cut(row.get(column), widths[column]);
            String fill = " ".repeat(widths[column] - width(cell));
            line.append(column == 0 ? "" : GAP).append(right[column] ? fill + cell : cell + fill);
        }
        return line.toString().stripTrailing();
    }

    private static String cut(String cell, int width) {
        return width(cell) <= width ? cell : cell.substring(0, cell.offsetByCodePoints(0, width - CUT.length())) + CUT;
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static boolean isNumber(String cell) {
        return cell.isEmpty() || cell.matches("[-+]?[0-9][0-9.,]*(E-?[0-9]+)?( (%|[kMGTPE]?B|ms|s))?|-|\\.");
    }
}
