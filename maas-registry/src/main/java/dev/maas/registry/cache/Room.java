package dev.maas.registry.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a cache within its bound: before a blob is fetched, those that were not used for longest make room for it. Safe for use by any thread and
 * by several processes.
 *
 * <p>What is in use stays, so that the cache may be larger than its bound while that much is in use. Processes that make room at once may remove
 * more than they need; a blob that is missed is fetched again, nothing else.
 */
final class Room {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);

    /** Smaller blobs are counted when a larger one comes, or so many of them have come. */
    private static final long SMALL = 1 << 20;

    private static final int MOST_SMALL = 256;

    /** A transfer writes all the time; one that has not for so long is given up, and nobody came to resume it. */
    private static final Duration GIVEN_UP = Duration.ofDays(1);

    private final CacheFolder folder;
    private final Leases leases;
    private final long mostBytes;
    private final Clock clock;
    private final CacheSteps steps;

    /** The small blobs that came since the last look; guarded by this. */
    private int small;

    Room(CacheFolder folder, Leases leases, long mostBytes, Clock clock, CacheSteps steps) {
        this.folder = folder;
        this.leases = leases;
        this.mostBytes = mostBytes;
        this.clock = clock;
        this.steps = steps;
    }

    private record Kept(String hex, Path path, long size, FileTime used) {}

    /** Returns whether a blob may be in the cache at all. */
    boolean hasPlaceFor(long size) {
        return size <= mostBytes;
    }

    /** Makes room for a blob that is about to be fetched. */
    synchronized void make(long size) throws IOException {
        if (size < SMALL && size < mostBytes / MOST_SMALL && ++small < MOST_SMALL) {
            return;
        }
        small = 0;
        clean();
        List<Kept> kept = kept();
        long bytes = kept.stream().mapToLong(Kept::size).sum();
        if (bytes + size <= mostBytes) {
            return;
        }
        Set<String> inUse = leases.inUse();
        kept.sort(Comparator.comparing(Kept::used));
        for (Kept blob : kept) {
            if (bytes + size <= mostBytes) {
                return;
            }
            if (!inUse.contains(blob.hex)) {
                remove(blob);
                bytes -= blob.size;
            }
        }
        LOG.warn(
                "{} is over its bound of {} bytes by {}: all that is left is in use",
                folder.name(),
                mostBytes,
                bytes + size - mostBytes);
    }

    private void remove(Kept blob) throws IOException {
        Files.deleteIfExists(folder.chunks(blob.hex));
        steps.done("chunks evicted");
        Files.deleteIfExists(blob.path);
        steps.done("evicted");
    }

    private List<Kept> kept() throws IOException {
        List<Kept> kept = new ArrayList<>();
        for (String two : CacheFolder.names(folder.blobs())) {
            Path part = folder.blobs().resolve(two);
            for (String hex : CacheFolder.names(part)) {
                try {
                    BasicFileAttributes attributes = Files.readAttributes(part.resolve(hex), BasicFileAttributes.class);
                    kept.add(new Kept(hex, part.resolve(hex), attributes.size(), attributes.lastAccessTime()));
                } catch (NoSuchFileException e) {
                    // Another process made room.
                }
            }
        }
        return kept;
    }

    /** Removes what crashed processes left behind. */
    void clean() throws IOException {
        Instant now = clock.instant();
        leases.removeDead(now);
        for (Path scratch : List.of(folder.partials(), folder.tmp())) {
            for (String name : CacheFolder.names(scratch)) {
                Path file = scratch.resolve(name);
                if (isOlder(file, now, GIVEN_UP)) {
                    Files.deleteIfExists(file);
                    steps.done("leftover removed");
                }
            }
        }
    }

    static boolean isOlder(Path file, Instant now, Duration age) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().plus(age).isBefore(now);
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
