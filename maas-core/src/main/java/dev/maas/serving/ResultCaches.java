package dev.maas.serving;

import dev.maas.batching.Deadlines;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The result caches of a service, one for each model that has one; its versions share it. Safe for use by any thread. */
final class ResultCaches {
    private final ConcurrentHashMap<String, ResultCache> byName = new ConcurrentHashMap<>();
    private final Deadlines deadlines;

    ResultCaches(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /** Returns the cache of a model; null if its results are not to be kept. */
    @Nullable
    ResultCache of(String name, ModelOptions options) {
        return options.resultCache()
                .map(wanted -> byName.computeIfAbsent(name, unused -> new ResultCache(wanted, deadlines)))
                .orElse(null);
    }

    Optional<ResultCache> known(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
