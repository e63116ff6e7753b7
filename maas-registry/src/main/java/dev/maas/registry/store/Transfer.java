package dev.maas.registry.store;

import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transfer that a {@link TransferListener} hears of. For sibling packages only. Used by one thread at a time.
 */
public final class Transfer {
    private static final Logger LOG = LoggerFactory.getLogger(Transfer.class);
    private static final int REPORTS = 100;
    private static final long LEAST_BETWEEN = 1 << 20;

    private final TransferListener listener;
    private final TransferListener.Direction direction;
    private final String store;
    private final String digest;
    private final long total;
    private final long start;
    private long done;
    private long moved;
    private long reported;

    private Transfer(
            TransferListener listener, TransferListener.Direction direction, String store, String digest, long total) {
        this.listener = listener;
        this.direction = direction;
        this.store = store;
        this.digest = digest;
        this.total = total;
        this.start = System.nanoTime();
    }

    /** Begins a transfer and tells of it. */
    public static Transfer start(
            TransferListener listener, TransferListener.Direction direction, String store, String digest, long total) {
        Transfer transfer = new Transfer(listener, direction, store, digest, total);
        transfer.tell(TransferListener::started);
        return transfer;
    }

    /** Counts bytes that are in place without having been moved. */
    public void found(long bytes) {
        advance(bytes);
    }

    /** Counts bytes that were moved into place. */
    public void moved(long bytes) {
        moved += bytes;
        advance(bytes);
    }

    /** Counts bytes that were moved and are no part of the blob. */
    public void movedBesides(long bytes) {
        moved += bytes;
    }

    private void advance(long bytes) {
        done += bytes;
        if (listener != TransferListener.NONE && done - reported >= Math.max(LEAST_BETWEEN, total / REPORTS)) {
            reported = done;
            tell(TransferListener::progressed);
        }
    }

    /** Begins at the first byte again. */
    public void again() {
        done = 0;
        reported = 0;
    }

    /** Returns how many bytes were moved. */
    public long moved() {
        return moved;
    }

    /** Ends well. */
    public void finished() {
        tell(TransferListener::finished);
    }

    /** Ends with a failure. */
    public void failed(RuntimeException failure) {
        tell((heard, progress) -> heard.failed(progress, failure));
    }

    private void tell(BiConsumer<TransferListener, TransferListener.Progress> what) {
        if (listener == TransferListener.NONE) {
            return;
        }
        try {
            what.accept(
                    listener,
                    new TransferListener.Progress(
                            direction, store, digest, done, total, moved, System.nanoTime() - start));
        } catch (RuntimeException e) {
            LOG.warn("A listener to transfers failed; the transfer goes on", e);
        }
    }
}
