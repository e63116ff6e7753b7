package dev.maas.benchmarks;

import ai.onnxruntime.OrtException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;

/**
 * An account of the memory that the runtime's Java API loses with each run that fails: it copies the text of the error for the exception,
 * and never frees the copy (seen in 1.28.0). Nothing that is written in Java can free it. Safe for use by any thread.
 */
final class ErrorTexts {
    /** Stands before the runtime's own words in an exception of its Java API. */
    private static final String BEFORE_TEXT = " - message: ";

    private static final String STOPPED = "Exiting due to terminate flag being set to true.";
    /** By how much glibc's chunks are larger than what is asked for, and to what they are rounded up. */
    private static final int OVERHEAD = 8;

    private static final int GRAIN = 16;
    private static final int SMALLEST = 32;

    private final LongAdder bytes = new LongAdder();
    private final LongAdder count = new LongAdder();

    /** Takes account of a run that failed or was stopped. */
    void add(RuntimeException failure) {
        if (failure.getCause() instanceof OrtException cause && cause.getMessage() != null) {
            String message = cause.getMessage();
            int begin = message.indexOf(BEFORE_TEXT);
            add(begin < 0 ? message : message.substring(begin + BEFORE_TEXT.length()));
        } else if (failure instanceof CancellationException) {
            add(STOPPED);
        }
    }

    private void add(String text) {
        int asked = text.getBytes(StandardCharsets.UTF_8).length + 1;
        bytes.add(Math.max(SMALLEST, (asked + OVERHEAD + GRAIN - 1) / GRAIN * GRAIN));
        count.increment();
    }

    long bytes() {
        return bytes.sum();
    }

    long count() {
        return count.sum();
    }
}
