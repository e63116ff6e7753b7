package dev.maas.examples.terminal;

import java.util.Locale;

/** Writes numbers of bytes for a person. The method has no state and is safe for use by any thread. */
public final class ByteText {
    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

    private ByteText() {}

    /** Returns a number of bytes with a unit, in powers of 1,000: {@code 512 B}, {@code 1.6 MB}. */
    public static String of(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        // What would be shown as 1000.0 belongs to the next unit.
        while (value >= 999.95 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[Math.max(0, unit)]);
    }
}
