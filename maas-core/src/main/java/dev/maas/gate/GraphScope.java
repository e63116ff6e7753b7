package dev.maas.gate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names that one graph defines and uses, collected while it is read and checked at its end, since protobuf fixes no order.
 *
 * <p>A value is defined once: by an input, a weight (which may give an input its default), or a node. A graph inside a node also
 * sees what the graphs around it define; such names it captures, and they count as inputs of that node. Nodes may stand in any
 * order, as the runtime sorts them itself, but not in a circle.
 */
final class GraphScope {
    private static final int GIVEN = -1;
    private static final int NODE_BYTES = 96;
    private static final int EDGE_BYTES = 24;
    private static final int DEFINITION_BYTES = 72;

    private final WireReader reader;
    private final GraphMemory memory;

    /** The node that defines a value, or {@link #GIVEN}. */
    private final Map<String, Integer> definitions = new HashMap<>();

    private final Set<String> inputs = new HashSet<>();
    private final Set<String> initializers = new HashSet<>();
    private final Set<String> outputs = new LinkedHashSet<>();
    private final List<Node> nodes = new ArrayList<>();

    private final RecurrentInputs recurrent;

    private record Node(String label, List<String> uses) {}

    GraphScope(WireReader reader, GraphMemory memory) {
        this.reader = reader;
        this.memory = memory;
        this.recurrent = new RecurrentInputs(reader, memory);
    }

    void input(TypeReader.Declared input) {
        define(input.name(), inputs, "input");
        recurrent.input(input);
    }

    void initializer(TensorReader.Header tensor) {
        define(tensor.name(), initializers, "initializer");
        recurrent.weight(tensor.name(), tensor.rank());
    }

    /** What recurrent operators of this graph take. */
    RecurrentInputs recurrent() {
        return recurrent;
    }

    boolean isInitialized(String name) {
        return initializers.contains(name);
    }

    private void define(String name, Set<String> sort, String what) {
        if (name.isEmpty()) {
            throw reader.malformed("an " + what + " of the graph has no name");
        }
        memory.take(DEFINITION_BYTES);
        Integer node = definitions.put(memory.name(name), GIVEN);
        if (!sort.add(name) || (node != null && node != GIVEN)) {
            throw reader.malformed("the name " + Shown.name(name) + " of an " + what + " is defined twice");
        }
    }

    void output(String name) {
        if (name.isEmpty()) {
            throw reader.malformed("an output of the graph has no name");
        }
        memory.take(DEFINITION_BYTES);
        if (!outputs.add(memory.name(name))) {
            throw reader.malformed("two outputs of the graph are named " + Shown.name(name));
        }
    }

    /** Takes a node; an empty name stands for an input or output that it leaves out. */
    void node(String label, Collection<String> uses, Collection<String> gives, Collection<String> captured) {
        memory.take(NODE_BYTES
                + label.length()
                + EDGE_BYTES * ((long) uses.size() + captured.size())
                + DEFINITION_BYTES * (long) gives.size());
        for (String name : gives) {
            if (!name.isEmpty() && definitions.put(memory.name(name), nodes.size()) != null) {
                throw reader.malformed(
                        "the value " + Shown.name(name) + ", which " + label + " gives, is defined twice");
            }
        }
        List<String> all = new ArrayList<>(uses.size() + captured.size());
        for (String name : uses) {
            if (!name.isEmpty()) {
                all.add(memory.name(name));
            }
        }
        all.addAll(captured);
        nodes.add(new Node(label, List.copyOf(all)));
    }

    /** Checks a graph that stands inside no other. */
    void checkWhole() {
        if (nodes.isEmpty() && outputs.isEmpty()) {
            throw reader.malformed("its graph is empty");
        }
        Set<String> captured = check();
        recurrent.check(true);
        if (captured.isEmpty()) {
            return;
        }
        String name = captured.iterator().next();
        String user = nodes.stream()
                .filter(node -> node.uses.contains(name))
                .map(node -> node.label)
                .findFirst()
                .orElse("a node");
        throw reader.malformed(user + " takes " + Shown.name(name)
                + ", which is no input of the graph, no initializer, and no output of another node");
    }

    /** Checks the graph and returns the names that it uses and does not define. */
    Set<String> check() {
        for (String name : outputs) {
            if (!definitions.containsKey(name)) {
                throw reader.malformed("the graph's output " + Shown.name(name) + " is given by no node");
            }
        }
        Set<String> captured = new LinkedHashSet<>();
        int[][] producers = new int[nodes.size()][];
        for (int i = 0; i < producers.length; i++) {
            producers[i] = producersOf(nodes.get(i), captured);
        }
        requireAcyclic(producers);
        recurrent.check(false);
        return captured;
    }

    private int[] producersOf(Node node, Set<String> captured) {
        int[] producers = new int[node.uses.size()];
        int count = 0;
        for (String name : node.uses) {
            Integer producer = definitions.get(name);
            if (producer == null) {
                captured.add(name);
            } else if (producer != GIVEN) {
                producers[count++] = producer;
            }
        }
        return Arrays.copyOf(producers, count);
    }

    /** Takes away nodes whose producers are gone, until none is left or only circles and what hangs on them. */
    private void requireAcyclic(int[][] producers) {
        int[] waitingFor = new int[producers.length];
        int[][] consumers = consumers(producers);
        int[] ready = new int[producers.length];
        int found = 0;
        for (int node = 0; node < producers.length; node++) {
            waitingFor[node] = producers[node].length;
            if (waitingFor[node] == 0) {
                ready[found++] = node;
            }
        }
        for (int done = 0; done < found; done++) {
            for (int consumer : consumers[ready[done]]) {
                if (--waitingFor[consumer] == 0) {
                    ready[found++] = consumer;
                }
            }
        }
        if (found < producers.length) {
            throw reader.malformed(nodes.get(onCircle(producers, waitingFor)).label
                    + " takes, by way of other nodes or at once, " + "what it gives itself; a graph has no cycles");
        }
    }

    private static int[][] consumers(int[][] producers) {
        int[] counts = new int[producers.length];
        for (int[] each : producers) {
            for (int producer : each) {
                counts[producer]++;
            }
        }
        int[][] consumers = new int[producers.length][];
        Arrays.setAll(consumers, node -> new int[counts[node]]);
        for (int node = 0; node < producers.length; node++) {
            for (int producer : producers[node]) {
                consumers[producer][--counts[producer]] = node;
            }
        }
        return consumers;
    }

    /** Walks backwards among the nodes left over; each has a producer among them, so the walk ends up on a circle. */
    private static int onCircle(int[][] producers, int[] waitingFor) {
        int[] before = new int[producers.length];
        int node = 0;
        for (int i = 0; i < producers.length; i++) {
            for (int producer : producers[i]) {
                if (waitingFor[producer] > 0) {
                    before[i] = producer;
                }
            }
            if (waitingFor[i] > 0) {
                node = i;
            }
        }
        for (int step = 0; step < producers.length; step++) {
            node = before[node];
        }
        return node;
    }
}
