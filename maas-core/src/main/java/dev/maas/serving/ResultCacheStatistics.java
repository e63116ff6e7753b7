package dev.maas.serving;

/**
 * How a model's result cache has done since it was made; see {@link ModelOptions#cacheResults}. Immutable.
 *
 * @param hits calls that were answered by a kept result
 * @param misses calls that were not; they ran the model, or waited for another that ran the same input
 * @param evictions results that were dropped for want of room, or since they were too old
 * @param entries results kept now
 * @param bytes the heap that these take, as estimated
 */
public record ResultCacheStatistics(long hits, long misses, long evictions, long entries, long bytes) {}
