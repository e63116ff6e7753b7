package dev.maas.gate;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Counts the operators of a model's graphs and of its functions, and how many nodes there will be once functions are put in
 * place of the nodes that call them.
 *
 * <p>The runtime replaces calls before it checks anything, so a function that reaches itself would never end, and functions that
 * call each other twice at each of thirty levels would ask for a billion nodes from a few hundred bytes.
 */
final class OperatorCounts {
    private static final int ENTRY_BYTES = 160;

    private final WireReader reader;
    private final GateLimits limits;
    private final GraphMemory memory;

    /** By domain, then by name. */
    private final SortedMap<String, SortedMap<String, Integer>> all = new TreeMap<>();

    private final Map<Operator, Body> functions = new HashMap<>();
    private final Body main = new Body();
    private Body present = main;
    private int nodes;

    /** An operator, or a function of the model that stands for one. */
    record Operator(String domain, String name, String overload) {
        @Override
        public String toString() {
            return domain + ":" + name + (overload.isEmpty() ? "" : ":" + overload);
        }
    }

    /** What the main graph or a function consists of. */
    private static final class Body {
        private long nodes;
        private final Map<Operator, Long> calls = new HashMap<>();

        /** How many nodes there are with all calls replaced, and how many calls lie inside each other; -1 until known. */
        private long expandedNodes = -1;

        private int callsDeep;
    }

    OperatorCounts(WireReader reader, GateLimits limits, GraphMemory memory) {
        this.reader = reader;
        this.limits = limits;
        this.memory = memory;
    }

    /** Returns ONNX's name of a domain; its own may be left out. */
    static String domain(String domain) {
        return domain.isEmpty() ? "ai.onnx" : domain;
    }

    private Operator operator(String domain, String name, String overload) {
        return new Operator(memory.name(domain(domain)), memory.name(name), memory.name(overload));
    }

    /** Counts a node before it is read. */
    void addNode() {
        if (++nodes > limits.nodes()) {
            throw reader.malformed("it has more than " + limits.nodes() + " nodes, the gate's limit");
        }
    }

    /** Counts what a node does. */
    void addOperator(String domain, String name, String overload) {
        Operator operator = operator(domain, name, overload);
        present.nodes++;
        SortedMap<String, Integer> names = all.get(operator.domain);
        if (names == null || !names.containsKey(operator.name)) {
            memory.take(ENTRY_BYTES);
        }
        all.computeIfAbsent(operator.domain, key -> new TreeMap<>()).merge(operator.name, 1, Integer::sum);
        if (present.calls.merge(operator, 1L, Long::sum) == 1) {
            memory.take(ENTRY_BYTES);
        }
    }

    /** Counts what follows as a function's, until {@link #endFunction}. */
    void beginFunction() {
        present = new Body();
    }

    /** Ends a function, whose name may come last. */
    void endFunction(String domain, String name, String overload) {
        memory.take(ENTRY_BYTES);
        Operator function = operator(domain, name, overload);
        if (functions.put(function, present) != null) {
            throw reader.malformed("two functions are named " + Shown.name(function.toString()));
        }
        present = main;
    }

    /** Checks at the model's end that all calls can be replaced. */
    void check() {
        expand(main, "the graph", new HashSet<>());
        functions.forEach(
                (operator, body) -> expand(body, "the function " + Shown.name(operator.toString()), new HashSet<>()));
    }

    /** Calls itself no deeper than the limit allows. */
    private void expand(Body body, String what, Set<Body> callers) {
        if (body.expandedNodes >= 0) {
            return;
        }
        if (!callers.add(body)) {
            throw reader.malformed(what + " calls itself, at once or by way of others");
        }
        requireDepth(callers.size() - 1, what);
        body.callsDeep = 0;
        long total = body.nodes;
        for (Map.Entry<Operator, Long> call : body.calls.entrySet()) {
            Body called = functions.get(call.getKey());
            if (called != null) {
                expand(called, "the function " + Shown.name(call.getKey().toString()), callers);
                body.callsDeep = Math.max(body.callsDeep, called.callsDeep + 1);
                total += Math.min(called.expandedNodes * call.getValue(), limits.nodes() + 1L);
            }
        }
        requireDepth(body.callsDeep, what);
        if (total > limits.nodes()) {
            throw reader.malformed("with its functions put in place " + what + " has more than " + limits.nodes()
                    + " nodes, the gate's limit");
        }
        callers.remove(body);
        body.expandedNodes = total;
    }

    private void requireDepth(int calls, String what) {
        if (calls > limits.depth()) {
            throw reader.malformed(
                    what + " calls functions more than " + limits.depth() + " levels deep, the gate's limit");
        }
    }

    /** Returns how many nodes all graphs and functions have. */
    int nodes() {
        return nodes;
    }

    /** Returns the operators' counts by domain and name. */
    SortedMap<String, SortedMap<String, Integer>> all() {
        SortedMap<String, SortedMap<String, Integer>> copy = new TreeMap<>();
        all.forEach((domain, names) -> copy.put(domain, Collections.unmodifiableSortedMap(names)));
        return Collections.unmodifiableSortedMap(copy);
    }

    /** Returns the names of the model's own functions. */
    SortedSet<String> functions() {
        SortedSet<String> names = new TreeSet<>();
        functions.keySet().forEach(function -> names.add(function.toString()));
        return Collections.unmodifiableSortedSet(names);
    }
}
