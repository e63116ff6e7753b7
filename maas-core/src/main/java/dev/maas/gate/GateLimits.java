package dev.maas.gate;

import dev.maas.InvalidInputException;

/**
 * How large a package and the graph in it may be. The defaults leave room for the largest real models.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param files the files of a package
 * @param packageBytes all files together, in bytes
 * @param modelBytes the file that holds the graph, in bytes; protobuf itself ends at 2<sup>31</sup>−1, beyond which weights lie in
 *     files of their own
 * @param nodes the nodes of the graph, all graphs inside it and all functions
 * @param depth the messages inside each other, at most 100, where protobuf's own parsers stop; a graph in a graph takes three
 * @param rank the dimensions of a tensor
 * @param nameBytes one name, in bytes of UTF-8
 * @param propertyBytes one value of the model's properties, in bytes of UTF-8
 * @param graphBytes the memory that the gate may use for names and edges while it checks a graph, in bytes
 * @param expandedBytes what sparse weights take once they are spread out, in bytes
 */
public record GateLimits(
        int files,
        long packageBytes,
        long modelBytes,
        int nodes,
        int depth,
        int rank,
        int nameBytes,
        int propertyBytes,
        long graphBytes,
        long expandedBytes) {
    private static final int MOST_DEPTH = 100;
    private static final GateLimits DEFAULTS = new GateLimits(
            10_000, 1L << 40, Integer.MAX_VALUE, 1_000_000, MOST_DEPTH, 64, 1 << 16, 1 << 26, 1L << 28, 1L << 32);

    /**
     * Checks the limits.
     *
     * @throws InvalidInputException if one is below 1, or the depth above 100
     */
    public GateLimits {
        requirePositive("files", files);
        requirePositive("packageBytes", packageBytes);
        requirePositive("modelBytes", modelBytes);
        requirePositive("nodes", nodes);
        requirePositive("depth", depth);
        requirePositive("rank", rank);
        requirePositive("nameBytes", nameBytes);
        requirePositive("propertyBytes", propertyBytes);
        requirePositive("graphBytes", graphBytes);
        requirePositive("expandedBytes", expandedBytes);
        if (depth > MOST_DEPTH) {
            throw new InvalidInputException("The gate's limit for depth is at most " + MOST_DEPTH + "; got " + depth);
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new InvalidInputException("The gate's limit for " + name + " is 1 or more; got " + value);
        }
    }

    /** Returns the limits that hold unless others are given. */
    public static GateLimits defaults() {
        return DEFAULTS;
    }
}
