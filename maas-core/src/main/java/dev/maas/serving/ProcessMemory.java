package dev.maas.serving;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads how much memory this process has to itself, as far as the platform tells: on Linux {@code RssAnon} of
 * {@code /proc/self/status}, with the Java heap's part beside it. The native heap is {@linkplain NativeHeap trimmed} first, so that what
 * was freed already is not taken for used. Stateless and safe for use by any thread; a look takes some milliseconds, the first one more.
 */
final class ProcessMemory implements Supplier<Optional<ProcessMemory.Sample>> {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String OWN = "RssAnon:";

    /**
     * The memory at one moment.
     *
     * @param resident what the process has in memory that is not a file's, in bytes; the Java heap is in it
     * @param heap what the Java heap holds, in bytes
     * @param collections how many garbage collections there have been
     */
    record Sample(long resident, long heap, long collections) {
        /**
         * Returns by how much the memory outside the Java heap grew from another sample to this one; empty if that cannot be told, as
         * the heap was collected in between.
         *
         * <p>What the heap took meanwhile is left out, although it may have lain in pages that were resident before: so this errs on
         * the low side, never by the heap on the high one.
         */
        OptionalLong nativeGrowthSince(Sample earlier) {
            if (collections != earlier.collections) {
                return OptionalLong.empty();
            }
            long heapGrowth = Math.max(0, heap - earlier.heap);
            return OptionalLong.of(Math.max(0, resident - earlier.resident - heapGrowth));
        }
    }

    /** Takes a sample; empty where the platform does not tell. */
    @Override
    public Optional<Sample> get() {
        boolean unused = Files.isReadable(STATUS) && NativeHeap.trim();
        OptionalLong resident = resident();
        if (resident.isEmpty()) {
            return Optional.empty();
        }
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long collections = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .filter(count -> count > 0)
                .sum();
        return Optional.of(new Sample(resident.getAsLong(), heap, collections));
    }

    private static OptionalLong resident() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(OWN))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | NumberFormatException e) {
            LOG.debug("The process's memory cannot be read; models count by the size of their files", e);
            return OptionalLong.empty();
        }
    }
}
