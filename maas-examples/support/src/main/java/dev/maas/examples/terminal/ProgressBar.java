package dev.maas.examples.terminal;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Shows how far a piece of work has come, on one line that is written over; where nobody watches it prints one line at the end.
 *
 * <p>Safe for use by any thread.
 */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean interactive;
    private final String work;
    private final long begin = System.nanoTime();
    private final OverwrittenLine line; // guarded by this

    ProgressBar(PrintStream out, boolean interactive, String work) {
        this.out = out;
        this.interactive = interactive;
        this.work = work;
        this.line = new OverwrittenLine(out);
        advanced(0, 1);
    }

    /** Says that so many of so many equal parts are done. */
    public synchronized void advanced(int done, int total) {
        if (interactive) {
            line.show(String.format(Locale.ROOT, "%s [%s] %3d %%", work, bar(WIDTH, done, total), 100 * done / total));
        }
    }

    static String bar(int width, long done, long total) {
        int filled = total <= 0 ? width : (int) (width * ((double) Math.min(done, total) / total));
        return "#".repeat(filled) + ".".repeat(width - filled);
    }

    /** Ends the line and says how long the work took. */
    @Override
    public synchronized void close() {
        String end = String.format(Locale.ROOT, "%s: %.1f s", work, (System.nanoTime() - begin) / 1e9);
        if (interactive) {
            line.show(end);
        } else {
            out.print(end);
        }
        out.println();
    }
}
