package dev.maas.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the process has in use. */
final class Memory {
    private Memory() {}

    /** The bytes of the Java heap that are reachable. */
    static long heapBytes() {
        long least = Long.MAX_VALUE;
        // The first round lets cleaners and references go, the next ones find what they held.
        for (int round = 0; round < 3; round++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    /**
     * The memory of the process that is no file's, in bytes, as Linux tells it; 0 elsewhere. If the JVM took its whole heap at the
     * start, what it grows by is native.
     */
    static long anonymousBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
