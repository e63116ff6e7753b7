package dev.maas.examples.quickstart;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Shows how far a piece of work has come, on one line that is written over; where nobody watches it prints one line at the end.
 *
 * <p>Safe for use by any thread.
 */
final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean interactive;
    private final String work;
    private final long begin = System.nanoTime();
    private int shownLength; // guarded by this

    ProgressBar(PrintStream out, boolean interactive, String work) {
        this.out = out;
        this.interactive = interactive;
        this.work = work;
        advanced(0, 1);
    }

    /** Says that so many of so many equal parts are done. */
    synchronized void advanced(int done, int total) {
        if (interactive) {
            int filled = WIDTH * done / total;
            String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
            show(String.format(Locale.ROOT, "%s [%s] %3d %%", work, bar, 100 * done / total));
        }
    }

    /** Ends the line and says how long the work took. */
    @Override
    public synchronized void close() {
        show(String.format(Locale.ROOT, "%s: %.1f s", work, (System.nanoTime() - begin) / 1e9));
        out.println();
    }

    /** A shorter line must hide the rest of a longer one; blanks do that on every terminal. */
    private void show(String line) {
        String rest = " ".repeat(Math.max(0, shownLength - line.length()));
        out.print((interactive ? "\r" : "") + line + rest);
        out.flush();
        shownLength = line.length();
    }
}
