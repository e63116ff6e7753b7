package dev.maas.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Lets one thread do a piece of work while all others who want the same wait for its outcome, good or bad. Nothing is remembered
 * afterwards. Safe for use by any thread.
 *
 * @param <K> what tells pieces of work apart
 * @param <V> the outcome
 */
final class SingleFlight<K, V> {
    private final ConcurrentHashMap<K, CompletableFuture<V>> underWay = new ConcurrentHashMap<>();

    /**
     * Returns the outcome of the work, done by this thread or by another that is at it. What the work throws is thrown to all. The
     * work must not wait for the same key.
     */
    V run(K key, Supplier<V> work) {
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> other = underWay.putIfAbsent(key, mine);
        if (other != null) {
            return Futures.join(other);
        }
        V outcome;
        try {
            outcome = work.get();
        } catch (Throwable e) { // Whatever it is, whoever waits must hear of it.
            // Removed first: whoever hears of the outcome and asks again gets the work done again.
            underWay.remove(key, mine);
            mine.completeExceptionally(e);
            throw e;
        }
        underWay.remove(key, mine);
        mine.complete(outcome);
        return outcome;
    }
}
