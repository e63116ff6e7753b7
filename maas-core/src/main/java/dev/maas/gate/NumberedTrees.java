package dev.maas.gate;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks the trees of ONNX's older operators, {@code TreeEnsembleClassifier} and {@code TreeEnsembleRegressor}: a node is known by
 * the number of its tree and its own number in it. What a branch leads to may be missing; the runtime finds that itself.
 */
final class NumberedTrees {
    private static final int NODE_BYTES = 20;
    private static final int PLACE_BYTES = 140;

    private final WireReader reader;
    private final GateLimits limits;
    private final GraphMemory memory;
    private final String operator;

    private record NodeId(int tree, int number) {}

    NumberedTrees(WireReader reader, GateLimits limits, GraphMemory memory, String operator) {
        this.reader = reader;
        this.limits = limits;
        this.memory = memory;
        this.operator = operator;
    }

    /** Checks trees of these nodes; each list has an entry for each node. */
    void check(NumberList trees, NumberList numbers, NumberList whenTrue, NumberList whenFalse, NumberList areLeaves) {
        int nodes = numbers.size();
        boolean sameLength = trees.size() == nodes
                && whenTrue.size() == nodes
                && whenFalse.size() == nodes
                && areLeaves.size() == nodes;
        if (!sameLength) {
            throw reader.malformed("the nodes_ attributes of a " + operator + " have different lengths");
        }
        boolean sorted = isSorted(trees, numbers);
        long bytes = (long) nodes * (sorted ? NODE_BYTES : NODE_BYTES + PLACE_BYTES);
        memory.take(bytes);
        Map<NodeId, Integer> places = sorted ? null : places(trees, numbers);
        int[][] children = new int[2][nodes];
        for (int node = 0; node < nodes; node++) {
            boolean leaf = areLeaves.get(node) != 0;
            children[0][node] = leaf ? -1 : place(trees, numbers, places, trees.get(node), whenTrue.get(node));
            children[1][node] = leaf ? -1 : place(trees, numbers, places, trees.get(node), whenFalse.get(node));
        }
        requireTrees(children);
        memory.giveBack(bytes);
    }

    private static boolean isSorted(NumberList trees, NumberList numbers) {
        for (int i = 1; i < numbers.size(); i++) {
            if (compare(trees, numbers, i - 1, trees.get(i), numbers.get(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static int compare(NumberList trees, NumberList numbers, int node, int tree, int number) {
        int order = Integer.compare(trees.get(node), tree);
        return order != 0 ? order : Integer.compare(numbers.get(node), number);
    }

    private static Map<NodeId, Integer> places(NumberList trees, NumberList numbers) {
        Map<NodeId, Integer> places = new HashMap<>();
        for (int node = 0; node < numbers.size(); node++) {
            places.put(new NodeId(trees.get(node), numbers.get(node)), node);
        }
        return places;
    }

    /** Returns which node that is, or -1 if there is none; nodes are nearly always sorted, and then need no map. */
    private static int place(
            NumberList trees, NumberList numbers, @Nullable Map<NodeId, Integer> places, int tree, int number) {
        if (places != null) {
            return places.getOrDefault(new NodeId(tree, number), -1);
        }
        int low = 0;
        int high = numbers.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = compare(trees, numbers, middle, tree, number);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /** Takes away nodes that no branch leads to, level by level, until none is left or only circles and what hangs on them. */
    private void requireTrees(int[][] children) {
        int nodes = children[0].length;
        int[] parents = new int[nodes];
        for (int[] side : children) {
            for (int child : side) {
                if (child >= 0) {
                    parents[child]++;
                }
            }
        }
        int[] ready = new int[nodes];
        int[] depths = new int[nodes];
        int found = 0;
        for (int node = 0; node < nodes; node++) {
            if (parents[node] == 0) {
                ready[found++] = node;
            }
        }
        for (int done = 0; done < found; done++) {
            int node = ready[done];
            if (depths[node] >= limits.treeDepth()) {
                throw reader.tooLarge("a tree of a " + operator + " has more than " + limits.treeDepth() + " levels");
            }
            for (int[] side : children) {
                int child = side[node];
                if (child >= 0) {
                    depths[child] = Math.max(depths[child], depths[node] + 1);
                    if (--parents[child] == 0) {
                        ready[found++] = child;
                    }
                }
            }
        }
        if (found < nodes) {
            throw reader.malformed("a tree of a " + operator + " leads back into itself");
        }
    }
}
