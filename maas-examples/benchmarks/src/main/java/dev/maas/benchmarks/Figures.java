package dev.maas.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Prints what was measured, for people and for scripts. */
final class Figures {
    private Figures() {}

    /** Prints one figure in the form that scripts read. */
    static void print(String name, double value, String unit) {
        System.out.println(String.format(Locale.ROOT, "figure %s %.4g %s", name, value, unit));
    }

    /** Prints a figure that was counted. */
    static void print(String name, long value, String unit) {
        System.out.println(String.format(Locale.ROOT, "figure %s %d %s", name, value, unit));
    }

    /** Prints a title over a table. */
    static void title(String format, Object... arguments) {
        System.out.println();
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    /** Prints a line of a table. */
    static void row(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    /** The middle of the samples; the mean of the two in the middle if their number is even. */
    static double median(Collection<Double> samples) {
        double[] sorted = samples.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
