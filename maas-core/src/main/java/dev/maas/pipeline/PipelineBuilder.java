package dev.maas.pipeline;

import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import dev.maas.Predictor;
import dev.maas.serving.ModelService;
import dev.maas.serving.TensorCall;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Pipeline}, stage by stage. What is led into a stage comes of stages that are there already, so that there are no cycles;
 * each edge is checked in the call that makes it.
 *
 * <p>Not safe for use by several threads at once. Every method throws {@link InvalidInputException} for a name that is not one of 1 to 64
 * of {@code a-z}, {@code 0-9}, {@code .}, {@code _} and {@code -}, a name that is taken, and a port of another builder.
 */
public final class PipelineBuilder {
    private final String name;
    private final ModelService service;
    private final List<TensorSpec> inputs = new ArrayList<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Port> results = new LinkedHashMap<>();
    private Executor executor = new CompletableFuture<Void>().defaultExecutor();
    private Consumer<PipelineTrace> listener = Pipeline.NOBODY;

    PipelineBuilder(String name, ModelService service) {
        this.name = ModelRef.requireName(name, "pipeline");
        this.service = Objects.requireNonNull(service, "service");
    }

    /**
     * A stage before it is known who uses its outputs.
     *
     * @param ref the reference of its model; empty for a function
     */
    private record Draft(
            Stage stage, String name, Map<String, Port> inputs, String ref, Node.@Nullable JavaWork function) {}

    /**
     * Adds an input of the pipeline. Dimensions with one symbol have one size within a call.
     *
     * @param shape as {@link Shape#parse} reads it, such as {@code [batch, 4]}
     */
    public Port input(String input, ElementType type, String shape) {
        Shape parsed;
        try {
            parsed = Shape.parse(shape);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("Input '" + input + "' of pipeline '" + name + "': " + e.getMessage(), e);
        }
        TensorSpec spec = new TensorSpec(input, type, parsed);
        if (inputs.stream().anyMatch(other -> other.name().equals(input))) {
            throw new InvalidInputException("Pipeline '" + name + "' has an input '" + input + "' already");
        }
        inputs.add(spec);
        return new Port(this, Graph.INPUT, "", spec);
    }

    /**
     * Adds a model. Its signature is that of the version that the reference means now; a later version is put into service only if the
     * pipeline can use it as well.
     *
     * @param stage a name of its own in the pipeline
     * @param ref such as {@code embedder@champion}
     * @param from what is led into each of the model's inputs
     * @throws dev.maas.ModelNotFoundException if the reference means nothing
     * @throws InvalidInputException if an input is missing or unknown, or cannot take what is led into it
     */
    public Stage model(String stage, String ref, Map<String, Port> from) {
        Signature signature = service.signature(ref);
        requireStage(stage, from);
        Signature resolved = resolve(stage, signature, from);
        return add(stage, resolved, from, ref, null);
    }

    /** Adds a model that has one input; see {@link #model(String, String, Map)}. */
    public Stage model(String stage, String ref, Port from) {
        List<TensorSpec> taken = service.signature(ref).inputs();
        if (taken.size() != 1) {
            throw new InvalidInputException(
                    Graph.place(name, stage) + " takes " + taken + "; say what is led into which with a map");
        }
        return model(stage, ref, Map.of(taken.get(0).name(), from));
    }

    private Signature resolve(String stage, Signature signature, Map<String, Port> from) {
        String place = Graph.place(name, stage);
        Edges edges = new Edges(place, stage);
        for (TensorSpec input : signature.inputs()) {
            Port port = from.get(input.name());
            if (port == null) {
                throw new InvalidInputException(place + ": nothing is led into '" + input + "'; got " + from.keySet());
            }
            edges.connect(input, port.spec(), port);
        }
        if (from.size() > signature.inputs().size()) {
            throw new InvalidInputException(
                    place + " takes " + signature.inputs() + "; got also some of " + from.keySet());
        }
        List<ValueSpec> outputs = signature.outputs().stream()
                .map(output -> output instanceof TensorSpec tensor ? edges.resolve(tensor) : output)
                .toList();
        return Signature.of(signature.inputs(), outputs);
    }

    /**
     * Adds a Java function. It gets a tensor for each of the names in {@code from}, on the heap, and returns one for each of the outputs; it
     * may be called by several threads at once. What it throws reaches the caller as it is. It is not interrupted by a deadline.
     *
     * @param outputs what it gives, with the symbols that its inputs have in the pipeline
     */
    public Stage function(
            String stage,
            Map<String, Port> from,
            List<TensorSpec> outputs,
            Function<Map<String, Tensor>, ? extends Map<String, Tensor>> function) {
        return function(stage, from, outputs, new Node.JavaWork(Objects.requireNonNull(function, "function"), false));
    }

    /** Adds a Java function of one tensor, which gives an output named {@code value}; see the other method. */
    public Stage function(String stage, Port from, ElementType type, String shape, UnaryOperator<Tensor> function) {
        TensorSpec value;
        try {
            value = new TensorSpec("value", type, Shape.parse(shape));
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(Graph.place(name, stage) + ": " + e.getMessage(), e);
        }
        return function(stage, Map.of("value", from), List.of(value), given -> {
            Tensor result = function.apply(Objects.requireNonNull(given.get("value")));
            return Map.of("value", result);
        });
    }

    private Stage function(String stage, Map<String, Port> from, List<TensorSpec> outputs, Node.JavaWork work) {
        requireStage(stage, from);
        List<TensorSpec> taken = from.entrySet().stream()
                .map(entry -> new TensorSpec(
                        entry.getKey(),
                        entry.getValue().spec().elementType(),
                        entry.getValue().spec().shape()))
                .toList();
        if (outputs.isEmpty()) {
            throw new InvalidInputException(Graph.place(name, stage) + " gives one tensor or more; got none");
        }
        try {
            return add(stage, Signature.of(taken, outputs), from, "", work);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(Graph.place(name, stage) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Adds the mean of several tensors of one type and shape, element by element: of float32 or float64, added up as float64.
     *
     * @throws InvalidInputException if they are of other types, or certainly of different shapes
     */
    public Port mean(String stage, Port... members) {
        String place = Graph.place(name, stage);
        Shape shape = Ensemble.commonShape(place, List.of(members));
        Ensemble.requireMean(place, members[0].spec());
        return ensemble(stage, shape, tensors -> Ensemble.mean(place, tensors), members);
    }

    /**
     * Adds what most of several tensors of one type and shape say, element by element: of integers, booleans or strings. Of labels with
     * equally many votes, the one that comes of the earlier member wins.
     *
     * @throws InvalidInputException if they are of other types, or certainly of different shapes
     */
    public Port vote(String stage, Port... members) {
        String place = Graph.place(name, stage);
        Shape shape = Ensemble.commonShape(place, List.of(members));
        Ensemble.requireVote(place, members[0].spec());
        return ensemble(stage, shape, tensors -> Ensemble.vote(place, tensors), members);
    }

    private Port ensemble(String stage, Shape shape, Function<List<Tensor>, Tensor> function, Port... members) {
        Map<String, Port> from = new LinkedHashMap<>();
        for (Port member : members) {
            from.put("member-" + from.size(), member);
        }
        TensorSpec result = new TensorSpec("value", members[0].spec().elementType(), shape);
        Node.JavaWork work =
                new Node.JavaWork(given -> Map.of("value", function.apply(List.copyOf(given.values()))), true);
        return function(stage, from, List.of(result), work).output();
    }

    private void requireStage(String stage, Map<String, Port> from) {
        ModelRef.requireName(stage, "stage");
        if (names.contains(stage)) {
            throw new InvalidInputException("Pipeline '" + name + "' has a stage '" + stage + "' already");
        }
        if (from.isEmpty()) {
            throw new InvalidInputException(Graph.place(name, stage) + " has nothing led into it");
        }
        from.values().forEach(this::requireOwn);
    }

    private void requireOwn(Port port) {
        if (port.owner() != this) {
            throw new InvalidInputException("'" + port + "' belongs to another pipeline than '" + name + "'");
        }
    }

    private Stage add(
            String stage, Signature signature, Map<String, Port> from, String ref, Node.@Nullable JavaWork function) {
        Stage added = new Stage(this, drafts.size() + 1, stage, signature);
        drafts.add(new Draft(added, stage, Collections.unmodifiableMap(new LinkedHashMap<>(from)), ref, function));
        names.add(stage);
        return added;
    }

    /** Makes a tensor an output of the pipeline. */
    public PipelineBuilder output(String output, Port from) {
        requireOwn(from);
        if (results.putIfAbsent(Objects.requireNonNull(output, "output"), from) != null) {
            throw new InvalidInputException("Pipeline '" + name + "' has an output '" + output + "' already");
        }
        return this;
    }

    /**
     * Says who runs the Java functions of asynchronous calls; by default what {@link CompletableFuture} uses. Those of synchronous calls run
     * in the calling thread.
     */
    public PipelineBuilder executor(Executor newExecutor) {
        executor = Objects.requireNonNull(newExecutor, "executor");
        return this;
    }

    /**
     * Says who is told what each call did. The listener runs before the call's result is handed out and should be quick; an exception from
     * it is logged. Without a listener nothing is measured.
     */
    public PipelineBuilder listener(Consumer<PipelineTrace> newListener) {
        listener = Objects.requireNonNull(newListener, "listener");
        return this;
    }

    /**
     * Returns the pipeline; what this builder does later leaves it as it is. Loads no model.
     *
     * @throws InvalidInputException if it has no output, or a stage or an input leads to none
     */
    public Pipeline build() {
        requireUse();
        Map<Integer, Set<String>> nativeOutputs = new LinkedHashMap<>();
        for (Draft draft : drafts) {
            if (draft.function == null) {
                draft.inputs
                        .values()
                        .forEach(port -> nativeOutputs
                                .computeIfAbsent(port.stage(), index -> new HashSet<>())
                                .add(port.spec().name()));
            }
        }
        List<Node> nodes = new ArrayList<>();
        for (Draft draft : drafts) {
            int index = nodes.size() + 1;
            Node.Work work = draft.function != null ? draft.function : new Node.ModelWork(draft.ref, predictor(draft));
            nodes.add(new Node(
                    index,
                    draft.name,
                    draft.inputs,
                    draft.stage.signature(),
                    work,
                    Set.copyOf(nativeOutputs.getOrDefault(index, Set.of()))));
        }
        List<TensorSpec> outputs = results.entrySet().stream()
                .map(entry -> new TensorSpec(
                        entry.getKey(),
                        entry.getValue().spec().elementType(),
                        entry.getValue().spec().shape()))
                .toList();
        Map<String, Port> led = Collections.unmodifiableMap(new LinkedHashMap<>(results));
        return new Pipeline(new Graph(name, Signature.of(inputs, outputs), nodes, led), executor, listener);
    }

    private Predictor<TensorCall, Outputs> predictor(Draft draft) {
        Set<String> used = drafts.stream()
                .flatMap(other -> other.inputs.values().stream())
                .filter(port -> port.stage() == drafts.indexOf(draft) + 1)
                .map(port -> port.spec().name())
                .collect(Collectors.toSet());
        results.values().stream()
                .filter(port -> port.stage() == drafts.indexOf(draft) + 1)
                .forEach(port -> used.add(port.spec().name()));
        return service.tensorPredictor(draft.ref, version -> requireSuits(draft, version, used));
    }

    /** Whether another version of a model could take the place of that for which the graph was checked. */
    private void requireSuits(Draft draft, Signature version, Set<String> used) {
        Signature resolved = resolve(draft.name, version, draft.inputs);
        for (String output : used) {
            ValueSpec before = draft.stage.signature().output(output).orElseThrow();
            ValueSpec after = resolved.output(output).orElse(null);
            String place = Graph.place(name, draft.name);
            if (!(before instanceof TensorSpec wanted) || !(after instanceof TensorSpec given)) {
                throw new InvalidInputException(place + " uses the output '" + before + "'; got " + version);
            }
            new Edges(place + ", by which its output is used", draft.name).connect(wanted, given, given);
        }
    }

    private void requireUse() {
        if (results.isEmpty()) {
            throw new InvalidInputException("Pipeline '" + name + "' has no output; say which with output(…)");
        }
        BitSet used = new BitSet();
        Set<String> usedInputs = new HashSet<>();
        results.values().forEach(port -> mark(port, used, usedInputs));
        for (int i = drafts.size(); i >= 1; i--) {
            Draft draft = drafts.get(i - 1);
            if (!used.get(i)) {
                throw new InvalidInputException(
                        Graph.place(name, draft.name) + " leads to no output; lead it on, or leave it out");
            }
            draft.inputs.values().forEach(port -> mark(port, used, usedInputs));
        }
        for (TensorSpec input : inputs) {
            if (!usedInputs.contains(input.name())) {
                throw new InvalidInputException("Input '" + input + "' of pipeline '" + name + "' leads nowhere");
            }
        }
    }

    private static void mark(Port port, BitSet used, Set<String> usedInputs) {
        used.set(port.stage());
        if (port.stage() == Graph.INPUT) {
            usedInputs.add(port.spec().name());
        }
    }
}
