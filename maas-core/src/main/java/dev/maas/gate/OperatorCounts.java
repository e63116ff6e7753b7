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
 * Counts the operators of a model's graphs and of its functions, and bounds the work that loading them will take.
 *
 * <p>A few hundred bytes can ask for any amount of work. The runtime puts functions in place of the nodes that call them, so
 * functions that call each other twice at each of thirty levels would ask for a billion nodes; it recurses while it does so, and a
 * row of 500 functions overflows its stack and ends the process; a function that reaches itself has no end at all. And the runtime
 * behind this gate, onnxruntime 1.28.0, resolves a graph inside a node twice whenever it resolves the node, so that thirty graphs
 * inside each other take hours. Hence a node counts 2<sup>d</sup> times if it lies in d graphs below the first, and a function's
 * nodes count once for each of its calls, themselves counted so.
 *
 * <p>Measured with that runtime on one core: 4 µs for each such visit, and 20 ns times the square of the number of calls.
 */
final class OperatorCounts {
    private static final int ENTRY_BYTES = 160;

    /** More than any limit; each count is at most a limit, so that adding the product of two to this does not overflow. */
    private static final long BEYOND = 1L << 32;

    private final WireReader reader;
    private final GateLimits limits;
    private final GraphMemory memory;

    /** By domain, then by name. */
    private final SortedMap<String, SortedMap<String, Integer>> all = new TreeMap<>();

    private final Map<Operator, Body> functions = new HashMap<>();
    private final Body main = new Body();
    private Body present = main;
    private int depth;
    private int nodes;

    /** An operator, or a function of the model that stands for one. */
    private record Operator(String domain, String name, String overload) {
        @Override
        public String toString() {
            return domain + ":" + name + (overload.isEmpty() ? "" : ":" + overload);
        }
    }

    /** What the main graph or a function consists of; a node inside d graphs counts 2<sup>d</sup> times. */
    private static final class Body {
        private long visits;
        private final Map<Operator, Long> operators = new HashMap<>();

        // Known once all functions are: with functions in place of their calls.
        private boolean isExpanded;
        private long expandedVisits;
        private long expandedCalls;
        private int callDepth;
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

    /** Begins a graph inside a node. */
    void beginInner() {
        depth++;
    }

    /** Ends a graph inside a node. */
    void endInner() {
        depth--;
    }

    /** Counts a node before it is read. */
    void addNode() {
        nodes++;
        present.visits += 1L << depth;
        requireVisits(present.visits, "it");
    }

    /** Counts what a node does. */
    void addOperator(String domain, String name, String overload) {
        Operator operator = operator(domain, name, overload);
        SortedMap<String, Integer> names = all.computeIfAbsent(operator.domain, key -> new TreeMap<>());
        boolean first = names.merge(operator.name, 1, Integer::sum) == 1;
        first |= present.operators.merge(operator, 1L << depth, Long::sum) == 1L << depth;
        if (first) {
            memory.take(2 * ENTRY_BYTES);
        }
    }

    /** Counts what follows as a function's, until {@link #endFunction}. */
    void beginFunction() {
        present = new Body();
    }

    /** Ends a function, whose name may come last. */
    void endFunction(String domain, String name, String overload) {
        memory.take(2 * ENTRY_BYTES);
        Operator function = operator(domain, name, overload);
        if (functions.put(function, present) != null) {
            throw reader.malformed("two functions are named " + Shown.name(function.toString()));
        }
        present = main;
    }

    /** Checks at the model's end that all calls can be replaced. */
    void check() {
        expand(main, "the graph", new HashSet<>());
        functions.forEach((operator, body) -> expand(body, what(operator), new HashSet<>()));
    }

    private static String what(Operator operator) {
        return "the function " + Shown.name(operator.toString());
    }

    /** Calls itself no deeper than functions may call each other. */
    private void expand(Body body, String what, Set<Body> callers) {
        if (body.isExpanded) {
            return;
        }
        if (!callers.add(body)) {
            throw reader.malformed(what + " calls itself, at once or by way of others");
        }
        requireDepth(callers.size() - 1, what);
        long visits = body.visits;
        long calls = 0;
        for (Map.Entry<Operator, Long> call : body.operators.entrySet()) {
            Body called = functions.get(call.getKey());
            if (called != null) {
                expand(called, what(call.getKey()), callers);
                body.callDepth = Math.max(body.callDepth, called.callDepth + 1);
                visits = Math.min(BEYOND, visits + call.getValue() * called.expandedVisits);
                calls = Math.min(BEYOND, calls + call.getValue() * (1 + called.expandedCalls));
            }
        }
        requireDepth(body.callDepth, what);
        requireVisits(visits, what);
        if (calls > limits.functionCalls()) {
            throw reader.tooLarge(what + " calls functions more than " + limits.functionCalls() + " times");
        }
        callers.remove(body);
        body.expandedVisits = visits;
        body.expandedCalls = calls;
        body.isExpanded = true;
    }

    private void requireDepth(int calls, String what) {
        if (calls > limits.functionDepth()) {
            throw reader.tooLarge(what + " calls functions that call each other more than " + limits.functionDepth()
                    + " times in a row");
        }
    }

    private void requireVisits(long visits, String what) {
        if (visits > limits.nodes()) {
            throw reader.tooLarge(
                    what + " has more than " + limits.nodes() + " nodes to visit, where a node counts twice for each"
                            + " graph around its own, and a function's nodes once for each call");
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
