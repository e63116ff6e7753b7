package dev.maas.pipeline;

import dev.maas.tensor.Signature;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** A pipeline's stages and what is led where. Immutable; safe for use by any thread. */
final class Graph {
    /** The index by which the edges call the inputs of the pipeline itself; the stages count from 1. */
    static final int INPUT = 0;

    private final String name;
    private final Signature signature;
    private final List<Node> nodes;
    private final Map<String, Port> results;
    /** For each index the nodes into which it leads, each once. */
    private final List<List<Node>> followers = new ArrayList<>();
    /** For each index the number of others that lead into it. */
    private final int[] leaders;
    /** For each index those that cannot begin before it is done. */
    private final BitSet[] descendants;

    Graph(String name, Signature signature, List<Node> nodes, Map<String, Port> results) {
        this.name = name;
        this.signature = signature;
        this.nodes = List.copyOf(nodes);
        this.results = results;
        int count = nodes.size() + 1;
        this.leaders = new int[count];
        this.descendants = new BitSet[count];
        for (int i = 0; i < count; i++) {
            followers.add(new ArrayList<>());
            descendants[i] = new BitSet();
        }
        for (Node node : nodes) {
            BitSet from = new BitSet();
            node.inputs().values().forEach(port -> from.set(port.stage()));
            leaders[node.index()] = from.cardinality();
            from.stream().forEach(leader -> followers.get(leader).add(node));
        }
        for (int i = count - 1; i >= 0; i--) {
            for (Node follower : followers.get(i)) {
                descendants[i].set(follower.index());
                descendants[i].or(descendants[follower.index()]);
            }
        }
    }

    String name() {
        return name;
    }

    Signature signature() {
        return signature;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** For each output of the pipeline the port that leads there. */
    Map<String, Port> results() {
        return results;
    }

    List<Node> followers(int index) {
        return followers.get(index);
    }

    int[] leaders() {
        return leaders.clone();
    }

    /** Whether none of those can begin before that node is done. */
    boolean allWaitFor(Node node, BitSet others) {
        BitSet independent = (BitSet) others.clone();
        independent.andNot(descendants[node.index()]);
        independent.clear(node.index());
        return independent.isEmpty();
    }

    /** How messages call a stage. */
    static String place(String pipeline, String stage) {
        return "Stage '" + stage + "' of pipeline '" + pipeline + "'";
    }

    String place(Node node) {
        return place(name, node.name());
    }
}
