package dev.maas.registry.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blobs that this process uses, protected from every process's sweep. Safe for use by any thread.
 *
 * <p><b>How.</b> A lease is a hard link of its own to the blob, and its path is what the user is given. To take one is one atomic step: either the
 * blob is there, and then its bytes stay under the lease's path whatever becomes of its name, or it is not. So nothing rests on locks, and
 * there is no moment in which a sweep can take a file from under its user. A shared lock for each blob was rejected: within one JVM, closing any
 * channel to a file drops all locks on it.
 *
 * <p>Each instance has a folder for its links, and a file that it keeps locked as long as it lives. The links of an instance whose lock is free
 * are leftovers of a crash, and go. Where files cannot be locked, nothing tells the dead from the living, and all links stay. The folder's name
 * begins with the process and the time of its start, since a process must not even look at a lock of its own.
 */
final class Leases {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final String LIVE = ".lock";
    private static final String UNLOCKED = ".unlocked";
    private static final String BORN = ".new";
    private static final Duration LONGEST_BIRTH = Duration.ofDays(1);

    private final CacheFolder folder;
    private final String instance;
    private final @Nullable FileChannel life;

    // Guarded by this.
    private long next;
    private int open;
    private boolean closed;

    private Leases(CacheFolder folder, String instance, @Nullable FileChannel life) {
        this.folder = folder;
        this.instance = instance;
        this.life = life;
    }

    static Leases open(CacheFolder folder, boolean locked) {
        String instance = process() + UUID.randomUUID();
        Path born = folder.leases().resolve(instance + BORN);
        try {
            Files.createDirectory(folder.leases().resolve(instance));
            FileChannel life = FileChannel.open(born, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            // Others look at it only under its later name, so that they never see it without its lock.
            boolean holds = locked && lock(life);
            Files.move(
                    born,
                    folder.leases().resolve(instance + (holds ? LIVE : UNLOCKED)),
                    StandardCopyOption.ATOMIC_MOVE);
            if (!holds) {
                life.close();
            }
            return new Leases(folder, instance, holds ? life : null);
        } catch (IOException e) {
            throw folder.failure("note who uses it", e);
        }
    }

    private static String process() {
        ProcessHandle self = ProcessHandle.current();
        long started = self.info().startInstant().orElse(Instant.EPOCH).toEpochMilli();
        return self.pid() + "-" + started + "-";
    }

    private static boolean lock(FileChannel channel) {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    /** A file in use. */
    final class Lease implements AutoCloseable {
        private final Path path;
        private boolean given = true;

        private Lease(Path path) {
            this.path = path;
        }

        Path path() {
            return path;
        }

        @Override
        public synchronized void close() {
            if (given) {
                given = false;
                giveBack(path);
            }
        }
    }

    /** Takes a lease on a file that may be on its way to become a blob; empty if it is not there. */
    Optional<Lease> take(String hex, Path file) throws IOException {
        Path link;
        synchronized (this) {
            link = folder.leases().resolve(instance).resolve(next++ + "-" + hex);
            open++;
        }
        boolean taken = false;
        try {
            Files.createLink(link, file);
            taken = true;
            return Optional.of(new Lease(link));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } finally {
            if (!taken) {
                countDown();
            }
        }
    }

    /** Notes that a blob is used now; the least recently used go first. */
    static void touch(Path file, Instant now) {
        try {
            Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(null, FileTime.from(now), null);
        } catch (IOException e) {
            // It only goes earlier than it should.
            LOG.debug("The use of a cached blob could not be noted", e);
        }
    }

    private void giveBack(Path link) {
        try {
            Files.deleteIfExists(link);
        } catch (IOException e) {
            // The next process to sweep removes it when this one has ended.
            LOG.debug("A lease on a cached blob could not be given back", e);
        }
        countDown();
    }

    private void countDown() {
        synchronized (this) {
            open--;
        }
        endIfUnused();
    }

    /** Returns the digests of all blobs in use by anyone. */
    Set<String> inUse() throws IOException {
        Set<String> hexes = new HashSet<>();
        for (String name : CacheFolder.names(folder.leases())) {
            // Not even to look whether it is a folder may the file be opened that keeps this process's lock.
            if (name.indexOf('.') < 0) {
                for (String link : CacheFolder.names(folder.leases().resolve(name))) {
                    hexes.add(link.substring(link.indexOf('-') + 1));
                }
            }
        }
        return hexes;
    }

    /** Removes the links of processes that ended without giving them back. */
    void removeDead(Instant now) throws IOException {
        for (String name : CacheFolder.names(folder.leases())) {
            Path file = folder.leases().resolve(name);
            if (name.startsWith(process())) {
                continue;
            }
            if (name.endsWith(LIVE)) {
                removeIfDead(file, name.substring(0, name.length() - LIVE.length()));
            } else if (name.endsWith(BORN) && Room.isOlder(file, now, LONGEST_BIRTH)) {
                remove(name.substring(0, name.length() - BORN.length()));
                Files.deleteIfExists(file);
            }
        }
    }

    private void removeIfDead(Path file, String dead) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (lock(channel)) {
                remove(dead);
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Another process was faster.
        }
    }

    private void remove(String name) throws IOException {
        Path links = folder.leases().resolve(name);
        for (String link : CacheFolder.names(links)) {
            Files.deleteIfExists(links.resolve(link));
        }
        Files.deleteIfExists(links);
    }

    /** Ends when the last lease was given back. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        endIfUnused();
    }

    private void endIfUnused() {
        synchronized (this) {
            if (!closed || open > 0) {
                return;
            }
        }
        try {
            remove(instance);
            Files.deleteIfExists(folder.leases().resolve(instance + (life == null ? UNLOCKED : LIVE)));
            if (life != null) {
                life.close();
            }
        } catch (IOException e) {
            LOG.debug("The folder of this process's leases could not be removed", e);
        }
    }
}
