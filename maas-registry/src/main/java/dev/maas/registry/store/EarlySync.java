package dev.maas.registry.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Has the disk write a long file while more of it comes, so that the sync at its end does not wait for all of it: a system left alone begins
 * seconds later. Short files are synced at their end only. For sibling packages only; used by one thread.
 */
public final class EarlySync {
    private static final long STRETCH_BYTES = 32 << 20;

    private final FileChannel file;
    private long unsynced;
    private @Nullable Thread syncing;

    /** Why an early sync failed; a system tells of it once, so that the last sync would not. */
    private volatile @Nullable IOException failure;

    /** Begins with a file that this thread writes. */
    public EarlySync(FileChannel file) {
        this.file = file;
    }

    /** Says that so many bytes more were written. */
    public void written(long bytes) {
        unsynced += bytes;
        Thread before = syncing;
        if (unsynced >= STRETCH_BYTES && (before == null || !before.isAlive())) {
            unsynced = 0;
            Thread thread = new Thread(this::sync, "maas-sync");
            thread.setDaemon(true);
            thread.start();
            syncing = thread;
        }
    }

    private void sync() {
        try {
            file.force(false);
        } catch (IOException e) {
            // If the file was closed, its transfer failed, and nobody asks.
            failure = e;
        }
    }

    /**
     * Makes all that was written durable.
     *
     * @throws InterruptedIOException if the caller is interrupted while it waits
     * @throws IOException if the disk fails, or did while the file was written
     */
    public void finish() throws IOException {
        Thread last = syncing;
        if (last != null) {
            try {
                last.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("interrupted while the disk wrote").initCause(e);
            }
        }
        IOException early = failure;
        if (early != null) {
            throw new IOException("the disk failed while the file was written: " + early.getMessage(), early);
        }
        file.force(true);
    }
}
