package dev.maas.examples.terminal;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how many bytes have been moved or hashed, of how many, and how fast: on one line, which is gone at the end, and only where a
 * person watches.
 *
 * <p>Safe for use by any thread.
 */
public final class TransferBar implements AutoCloseable {
    private static final int WIDTH = 16;
    private static final int NUMBERS = 44;
    private static final long NANOS_BETWEEN = 50_000_000;

    private final boolean interactive;
    private final String work;
    private final LongSupplier nanoTime;
    private final long begin;
    private final OverwrittenLine line; // guarded by this
    private long shownAt; // guarded by this
    private boolean shown; // guarded by this

    TransferBar(PrintStream out, boolean interactive, int width, String work, LongSupplier nanoTime) {
        this.interactive = interactive;
        this.work = shortened(work, width - WIDTH - NUMBERS);
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
        this.line = new OverwrittenLine(out);
    }

    private static String shortened(String work, int length) {
        int most = Math.max(8, length);
        return work.length() <= most ? work : work.substring(0, most - 3) + "...";
    }

    /**
     * Says that so many of so many bytes are done. A line is shown for the last of them and otherwise 20 times in a second at most.
     */
    public synchronized void moved(long done, long total) {
        moved(done, total, done);
    }

    /**
     * Says the same where not all that is done was moved, or more was, as when a transfer was taken up again; the rate is that of what moved.
     *
     * @param moved the bytes that were really moved
     */
    public synchronized void moved(long done, long total, long moved) {
        long now = nanoTime.getAsLong();
        if (interactive && (!shown || done >= total || now - shownAt >= NANOS_BETWEEN)) {
            shown = true;
            shownAt = now;
            line.show(text(done, total, moved, now));
        }
    }

    private String text(long done, long total, long moved, long now) {
        double seconds = (now - begin) / 1e9;
        String rate = seconds > 0 ? ByteText.of((long) (moved / seconds)) + "/s" : "";
        return String.format(
                        Locale.ROOT,
                        "%s [%s] %3d %%  %s of %s  %s",
                        work,
                        ProgressBar.bar(WIDTH, done, total),
                        total <= 0 ? 100 : (long) (100 * ((double) Math.min(done, total) / total)),
                        ByteText.of(done),
                        ByteText.of(total),
                        rate)
                .stripTrailing();
    }

    /** Takes the line away. */
    @Override
    public synchronized void close() {
        line.erase();
    }
}
