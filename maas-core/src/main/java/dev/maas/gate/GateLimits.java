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
 * @param nodes the nodes that a runtime visits while it loads: those of functions once for each call, and each node twice for
 *     every graph around its own, since runtimes resolve a graph inside a node twice
 * @param functionCalls the calls of functions that a runtime replaces while it loads, counted in the same way
 * @param functionDepth the functions that call each other in a row
 * @param treeDepth the levels of a decision tree, which runtimes build by recursion
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
        int functionCalls,
        int functionDepth,
        int treeDepth,
        int depth,
        int rank,
        int nameBytes,
        int propertyBytes,
        long graphBytes,
        long expandedBytes) {
    private static final int MOST_DEPTH = 100;
    private static final GateLimits DEFAULTS = builder().build();

    /**
     * Checks the limits; {@link #builder()} is easier to read.
     *
     * @throws InvalidInputException if one is below 1, or the depth above 100
     */
    public GateLimits {
        requirePositive("files", files);
        requirePositive("packageBytes", packageBytes);
        requirePositive("modelBytes", modelBytes);
        requirePositive("nodes", nodes);
        requirePositive("functionCalls", functionCalls);
        requirePositive("functionDepth", functionDepth);
        requirePositive("treeDepth", treeDepth);
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

    /** Returns a builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects limits, which {@link #build()} checks; not safe for use by several threads at once. */
    public static final class Builder {
        private int files = 10_000;
        private long packageBytes = 1L << 40;
        private long modelBytes = Integer.MAX_VALUE;
        private int nodes = 2_000_000;
        private int functionCalls = 20_000;
        private int functionDepth = 32;
        private int treeDepth = 500;
        private int depth = MOST_DEPTH;
        private int rank = 64;
        private int nameBytes = 1 << 16;
        private int propertyBytes = 1 << 26;
        private long graphBytes = 1L << 29;
        private long expandedBytes = Integer.MAX_VALUE;

        private Builder() {}

        /** Sets {@link GateLimits#files()}. */
        public Builder files(int limit) {
            files = limit;
            return this;
        }

        /** Sets {@link GateLimits#packageBytes()}. */
        public Builder packageBytes(long limit) {
            packageBytes = limit;
            return this;
        }

        /** Sets {@link GateLimits#modelBytes()}. */
        public Builder modelBytes(long limit) {
            modelBytes = limit;
            return this;
        }

        /** Sets {@link GateLimits#nodes()}. */
        public Builder nodes(int limit) {
            nodes = limit;
            return this;
        }

        /** Sets {@link GateLimits#functionCalls()}. */
        public Builder functionCalls(int limit) {
            functionCalls = limit;
            return this;
        }

        /** Sets {@link GateLimits#functionDepth()}. */
        public Builder functionDepth(int limit) {
            functionDepth = limit;
            return this;
        }

        /** Sets {@link GateLimits#treeDepth()}. */
        public Builder treeDepth(int limit) {
            treeDepth = limit;
            return this;
        }

        /** Sets {@link GateLimits#depth()}. */
        public Builder depth(int limit) {
            depth = limit;
            return this;
        }

        /** Sets {@link GateLimits#rank()}. */
        public Builder rank(int limit) {
            rank = limit;
            return this;
        }

        /** Sets {@link GateLimits#nameBytes()}. */
        public Builder nameBytes(int limit) {
            nameBytes = limit;
            return this;
        }

        /** Sets {@link GateLimits#propertyBytes()}. */
        public Builder propertyBytes(int limit) {
            propertyBytes = limit;
            return this;
        }

        /** Sets {@link GateLimits#graphBytes()}. */
        public Builder graphBytes(long limit) {
            graphBytes = limit;
            return this;
        }

        /** Sets {@link GateLimits#expandedBytes()}. */
        public Builder expandedBytes(long limit) {
            expandedBytes = limit;
            return this;
        }

        /**
         * Returns the limits.
         *
         * @throws InvalidInputException if one is below 1, or the depth above 100
         */
        public GateLimits build() {
            return new GateLimits(
                    files,
                    packageBytes,
                    modelBytes,
                    nodes,
                    functionCalls,
                    functionDepth,
                    treeDepth,
                    depth,
                    rank,
                    nameBytes,
                    propertyBytes,
                    graphBytes,
                    expandedBytes);
        }
    }
}
