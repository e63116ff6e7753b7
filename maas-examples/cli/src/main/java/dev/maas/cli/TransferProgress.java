package dev.maas.cli;

import dev.maas.examples.terminal.Terminal;
import dev.maas.examples.terminal.TransferBar;
import dev.maas.registry.store.TransferListener;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows a person how far the blobs of a registry have come on their way: all that move at the same time on one line, which is gone when none
 * does. Safe for use by any thread.
 */
final class TransferProgress implements TransferListener {
    private final Terminal terminal;

    // Guarded by this.
    private final Map<String, Progress> moving = new HashMap<>();
    private long endedBytes;
    private long endedMoved;
    private @Nullable TransferBar bar;

    TransferProgress(Terminal terminal) {
        this.terminal = terminal;
    }

    /** One blob moves once at a time in either direction. */
    private static String id(Progress progress) {
        return progress.direction() + progress.digest();
    }

    @Override
    public synchronized void started(Progress progress) {
        moving.put(id(progress), progress);
        show(progress);
    }

    @Override
    public synchronized void progressed(Progress progress) {
        moving.put(id(progress), progress);
        show(progress);
    }

    @Override
    public synchronized void finished(Progress progress) {
        progressed(progress);
        ended(progress, progress.total());
    }

    @Override
    public synchronized void failed(Progress progress, RuntimeException failure) {
        ended(progress, 0);
    }

    private void ended(Progress progress, long bytes) {
        moving.remove(id(progress));
        endedBytes += bytes;
        endedMoved += progress.moved();
        if (moving.isEmpty()) {
            endedBytes = 0;
            endedMoved = 0;
            TransferBar shown = bar;
            bar = null;
            if (shown != null) {
                shown.close();
            }
        }
    }

    private void show(Progress newest) {
        TransferBar shown = bar;
        if (shown == null) {
            shown = terminal.transfer(newest.direction() == Direction.PULL ? "Pulling" : "Pushing");
            bar = shown;
        }
        long done = endedBytes;
        long total = endedBytes;
        long moved = endedMoved;
        for (Progress progress : moving.values()) {
            done += progress.done();
            total += progress.total();
            moved += progress.moved();
        }
        shown.moved(done, total, moved);
    }
}
