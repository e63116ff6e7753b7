package dev.maas.serving;

import dev.maas.ClosedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A load for those who do not wait in their own thread: one thread for all of them. Safe for use by any thread. */
final class BackgroundLoad {
    private final Supplier<Runnable> load;
    private final AtomicReference<@Nullable CompletableFuture<Void>> underWay = new AtomicReference<>();

    /**
     * Prepares it.
     *
     * @param load loads, and returns what lets go of what was loaded; that is done when all who waited have been told
     */
    BackgroundLoad(Supplier<Runnable> load) {
        this.load = load;
    }

    /** Returns the load that is under way, or begins one; it fails with a {@link ClosedException} if there are no threads any more. */
    CompletableFuture<Void> in(Executor executor) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> other = underWay.compareAndExchange(null, mine);
        if (other != null) {
            return other;
        }
        try {
            executor.execute(() -> run(mine));
        } catch (RejectedExecutionException e) {
            underWay.set(null);
            mine.completeExceptionally(new ClosedException("The model service was closed", e));
        }
        return mine;
    }

    private void run(CompletableFuture<Void> mine) {
        Throwable failure = null;
        Runnable letGo = () -> {};
        try {
            letGo = load.get();
        } catch (Throwable e) { // As CompletableFuture itself does; whoever waits must hear of it.
            failure = e;
        }
        // Whoever comes from now on either finds the model loaded or tries again.
        underWay.set(null);
        if (failure == null) {
            try {
                mine.complete(null);
            } finally {
                letGo.run();
            }
        } else {
            mine.completeExceptionally(failure);
        }
    }
}
