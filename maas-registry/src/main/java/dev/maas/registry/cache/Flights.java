package dev.maas.registry.cache;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one of many fetch a blob, and the others wait for it: threads by a future, processes by a lock on a file. Safe for use by any thread.
 *
 * <p>All of this only saves work. A process that waits goes on by itself if the one that fetches makes no progress, and where files cannot be
 * locked, each fetches.
 */
final class Flights {
    private static final long SHORTEST_PAUSE = Duration.ofMillis(2).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofMillis(50).toNanos();
    private static final long PATIENCE = Duration.ofSeconds(30).toNanos();

    private final CacheFolder folder;
    private final boolean locked;
    private final Map<String, CompletableFuture<Boolean>> flights = new ConcurrentHashMap<>();

    Flights(CacheFolder folder, boolean locked) {
        this.folder = folder;
        this.locked = locked;
    }

    /**
     * Lets the first caller do the work; the others wait for it and get its answer or its failure.
     */
    boolean once(String hex, Supplier<Boolean> work) {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        @Nullable CompletableFuture<Boolean> other = flights.putIfAbsent(hex, mine);
        if (other != null) {
            return await(other);
        }
        try {
            boolean answer = work.get();
            mine.complete(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            flights.remove(hex, mine);
        }
    }

    private boolean await(CompletableFuture<Boolean> other) {
        try {
            return other.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException(folder.name() + ": interrupted while another thread fetched the blob", e);
        } catch (ExecutionException e) {
            String message = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            throw e.getCause() instanceof IntegrityException
                    ? new IntegrityException(message, e.getCause())
                    : new RegistryException(message, e.getCause());
        }
    }

    /** A process's turn to fetch a blob. */
    static final class Turn implements AutoCloseable {
        private final @Nullable FileChannel channel;
        private final Path file;

        private Turn(@Nullable FileChannel channel, Path file) {
            this.channel = channel;
            this.file = file;
        }

        boolean isOwn() {
            return channel != null;
        }

        @Override
        public void close() throws IOException {
            if (channel != null) {
                // Who waits on the removed file finds the blob there, or fetches it beside somebody else.
                Files.deleteIfExists(file);
                channel.close();
            }
        }
    }

    /** Waits until no other process fetches the blob, or it is there, or the other one stands still. */
    Turn turn(String hex) throws IOException {
        Path file = folder.lock(hex);
        if (!locked) {
            return new Turn(null, file);
        }
        long pause = SHORTEST_PAUSE;
        long size = -1;
        long since = System.nanoTime();
        while (true) {
            @Nullable FileChannel channel = lock(file);
            if (channel != null) {
                return new Turn(channel, file);
            }
            long now = fetched(hex);
            if (now != size) {
                size = now;
                since = System.nanoTime();
            }
            if (Files.exists(folder.blob(hex)) || System.nanoTime() - since > PATIENCE) {
                return new Turn(null, file);
            }
            LockSupport.parkNanos(pause);
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("interrupted while another process fetched the blob");
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
    }

    private static @Nullable FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            @Nullable FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Another cache of this process holds it.
        } catch (IOException e) {
            // There are no locks here; each fetches for itself.
            return channel;
        }
        channel.close();
        return null;
    }

    /** Returns how much of a blob is there, in all its partial files. */
    private long fetched(String hex) throws IOException {
        long bytes = 0;
        for (String name : CacheFolder.names(folder.partials())) {
            if (name.startsWith(hex + ".")) {
                bytes += CacheFolder.size(folder.partials().resolve(name));
            }
        }
        return bytes;
    }
}
