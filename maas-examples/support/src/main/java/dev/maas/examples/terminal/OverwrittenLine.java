package dev.maas.examples.terminal;

import java.io.PrintStream;

/** A line of a terminal that is written over. Not safe for use by several threads. */
final class OverwrittenLine {
    private final PrintStream out;
    private int shownLength;

    OverwrittenLine(PrintStream out) {
        this.out = out;
    }

    /** A shorter line must hide the rest of a longer one; blanks do that on every terminal. */
    void show(String line) {
        String rest = " ".repeat(Math.max(0, shownLength - line.length()));
        out.print("\r" + line + rest);
        out.flush();
        shownLength = line.length();
    }

    /** Takes the line away, so that what is printed next begins where it began. */
    void erase() {
        if (shownLength > 0) {
            show("");
            out.print("\r");
            out.flush();
        }
    }
}
