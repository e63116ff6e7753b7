package dev.maas.gate;

import java.util.List;

/** Checks the trees of ONNX's newer operator, {@code TreeEnsemble}: nodes and leaves refer to each other by index. */
final class IndexedTrees {
    private static final int MEMBER = 6;

    private final WireReader reader;
    private final GateLimits limits;
    private final GraphMemory memory;
    private final long leaves;
    private List<Branch> branches = List.of();
    private int nodes;

    /** One side of all nodes: where it leads, and whether that is a leaf. */
    private record Branch(NumberList targets, NumberList areLeaves) {
        boolean isLeaf(int node) {
            return areLeaves.get(node) != 0;
        }
    }

    IndexedTrees(WireReader reader, GateLimits limits, GraphMemory memory, long leaves) {
        this.reader = reader;
        this.limits = limits;
        this.memory = memory;
        this.leaves = leaves;
    }

    /** Takes both sides of all nodes and checks that they lead somewhere. */
    void setBranches(NumberList whenTrue, NumberList trueLeaves, NumberList whenFalse, NumberList falseLeaves) {
        nodes = whenTrue.size();
        branches = List.of(new Branch(whenTrue, trueLeaves), new Branch(whenFalse, falseLeaves));
        for (Branch branch : branches) {
            if (branch.targets.size() != nodes || branch.areLeaves.size() != nodes) {
                throw reader.malformed("the nodes_ attributes of a TreeEnsemble have different lengths");
            }
            for (int node = 0; node < nodes; node++) {
                requireIndex(branch.targets.get(node), branch.isLeaf(node) ? leaves : nodes);
            }
        }
    }

    private void requireIndex(int index, long count) {
        if (index < 0 || index >= count) {
            throw reader.malformed("a TreeEnsemble refers to number " + index + " of " + count + " nodes or leaves");
        }
    }

    /** Each node that asks for membership has a set of values, which ends where one is no number. */
    void checkSets(byte[] modes, double[] members) {
        int next = 0;
        for (byte mode : modes) {
            if (mode < 0 || mode > MEMBER) {
                throw reader.malformed("a TreeEnsemble has a node of mode " + (mode & 0xff) + "; expected 0 to 6");
            }
            if (mode == MEMBER) {
                int start = next;
                while (next < members.length && !Double.isNaN(members[next])) {
                    next++;
                }
                if (next == start) {
                    throw reader.malformed("a TreeEnsemble has a node that asks for membership in an empty set");
                }
                next++;
            }
        }
    }

    /** Walks all trees from their roots. Where branches share nodes a runtime copies those, so that is bounded too. */
    void checkRoots(NumberList roots) {
        long most = 16 * (nodes + leaves + 1);
        long visits = 0;
        NumberList open = new NumberList(memory);
        NumberList depths = new NumberList(memory);
        for (int i = 0; i < roots.size(); i++) {
            requireIndex(roots.get(i), nodes);
            requireRootLeaf(roots.get(i));
            open.add(roots.get(i));
            depths.add(1);
            while (!open.isEmpty()) {
                int node = open.removeLast();
                int depth = depths.removeLast();
                if (depth > limits.treeDepth()) {
                    throw reader.tooLarge("a tree of a TreeEnsemble has more than " + limits.treeDepth() + " levels");
                }
                if (++visits > most) {
                    throw reader.malformed(
                            "the trees of a TreeEnsemble lead back into themselves, or share too many branches");
                }
                for (Branch branch : branches) {
                    if (!branch.isLeaf(node)) {
                        open.add(branch.targets.get(node));
                        depths.add(depth + 1);
                    }
                }
            }
        }
        open.forget();
        depths.forget();
    }

    /** For a tree that is one leaf the runtime takes the root's number as the leaf's. */
    private void requireRootLeaf(int root) {
        boolean leaf = branches.stream().allMatch(branch -> branch.isLeaf(root))
                && branches.get(0).targets.get(root) == branches.get(1).targets.get(root);
        if (leaf) {
            requireIndex(root, leaves);
        }
    }
}
