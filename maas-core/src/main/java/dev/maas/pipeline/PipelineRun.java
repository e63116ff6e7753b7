package dev.maas.pipeline;

import dev.maas.CallOptions;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.serving.TensorCall;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.OutputMemory;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of a pipeline.
 *
 * <p>Somebody conducts it, one thread at a time: begins every stage of which all inputs are there, and takes what has ended. Models run
 * wherever their service runs them, and put what they gave into a queue; functions run in the conductor's thread. A conductor that may
 * block runs a model itself, without any hand-over, when nothing else could begin before that model has ended: so a sequence stays in its
 * caller's thread, and so does the last member of an ensemble, while a branch never waits for a conductor that is busy with another one.
 *
 * <p>The conductor alone touches the state, but for the queue, the futures under way and {@code over}.
 */
final class PipelineRun {
    private final Graph graph;
    private final CallOptions options;
    private final boolean hasDeadline;
    private final long deadline;
    private final TraceRecorder trace;
    private final MemoryPool.Loan memory;
    private final Runnable onEnd;

    private final @Nullable Map<String, ?>[] values;
    private final int[] missing;
    private final BitSet waiting = new BitSet();
    private final Deque<Node> ready = new ArrayDeque<>();
    private int unfinished;

    private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    /** By the index of the stage. */
    private final Map<Integer, CompletableFuture<Outputs>> underWay = new ConcurrentHashMap<>();

    private volatile boolean over;

    /** What became of a model's call. */
    private record Ended(
            Node node,
            long begin,
            long end,
            @Nullable Outputs outputs,
            @Nullable Throwable failure) {}

    /**
     * Prepares a call.
     *
     * @param inputs fit the graph's signature
     * @param onEnd is called, in any thread, whenever a model has put something into the queue
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // There are no generic arrays.
    PipelineRun(
            Graph graph,
            Map<String, Tensor> inputs,
            CallOptions options,
            Consumer<PipelineTrace> listener,
            MemoryPool pool,
            Runnable onEnd) {
        this.graph = graph;
        this.options = options;
        this.hasDeadline = options.timeout().isPresent();
        this.deadline =
                hasDeadline ? System.nanoTime() + nanos(options.timeout().orElseThrow()) : 0;
        this.trace = new TraceRecorder(graph.name(), options, listener);
        this.memory = pool.lend();
        this.onEnd = onEnd;
        this.values = new Map[graph.nodes().size() + 1];
        this.missing = graph.leaders();
        this.unfinished = graph.nodes().size();
        graph.nodes().forEach(node -> waiting.set(node.index()));
        give(Graph.INPUT, inputs);
    }

    private static long nanos(Duration timeout) {
        // 73 years, so that differences between two such times still compare.
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 4);
        return (timeout.compareTo(longest) > 0 ? longest : timeout).toNanos();
    }

    boolean isDone() {
        return unfinished == 0;
    }

    /** Whether a function would have to run for the call to begin. */
    boolean beginsWithFunction() {
        return ready.stream().anyMatch(node -> node.model() == null);
    }

    /** The nanoseconds that are left until the deadline, or a very long time. */
    long nanosLeft() {
        return hasDeadline ? deadline - System.nanoTime() : Long.MAX_VALUE;
    }

    private void give(int index, Map<String, ?> given) {
        values[index] = given;
        for (Node follower : graph.followers(index)) {
            if (--missing[follower.index()] == 0) {
                // Models first: they run while functions do.
                if (follower.model() != null) {
                    ready.addFirst(follower);
                } else {
                    ready.addLast(follower);
                }
            }
        }
    }

    /** Starts the models with which the call begins; there is no function among them. */
    void begin() {
        for (Node node = ready.poll(); node != null; node = ready.poll()) {
            waiting.clear(node.index());
            start(node, (Node.ModelWork) node.work());
        }
    }

    /** Begins every stage that can begin, and takes what has ended; with {@code mayBlock}, runs models itself where nothing is lost by it. */
    void advance(boolean mayBlock) {
        while (true) {
            Ended next = ended.poll();
            if (next != null) {
                take(next);
                continue;
            }
            Node node = ready.poll();
            if (node == null) {
                return;
            }
            waiting.clear(node.index());
            if (!(node.work() instanceof Node.ModelWork model)) {
                apply(node, (Node.JavaWork) node.work());
            } else if (mayBlock && ready.isEmpty() && graph.allWaitFor(node, waiting)) {
                runHere(node, model);
            } else {
                start(node, model);
            }
        }
    }

    /**
     * Waits until a model has ended, and takes what it gave.
     *
     * @throws DeadlineExceededException if none does in time
     */
    void await() throws InterruptedException {
        Ended next = hasDeadline ? ended.poll(nanosLeft(), TimeUnit.NANOSECONDS) : ended.take();
        if (next == null) {
            throw new DeadlineExceededException("The deadline passed while pipeline '" + graph.name()
                    + "' waited for its models; " + unfinished + " of "
                    + graph.nodes().size()
                    + " stages had not ended. Allow more time");
        }
        take(next);
    }

    private void take(Ended next) {
        trace.add(next.node, next.begin, next.end, next.failure);
        if (next.outputs == null) {
            throw asUnchecked(next.failure);
        }
        finish(next.node, next.outputs.asMap());
    }

    private void finish(Node node, Map<String, ?> given) {
        unfinished--;
        give(node.index(), given);
    }

    private void runHere(Node node, Node.ModelWork model) {
        CallOptions bounded = bounded(node);
        long begin = trace.now();
        Outputs outputs;
        try {
            outputs = model.predictor().predict(call(node), bounded);
        } catch (RuntimeException | Error e) {
            trace.add(node, begin, trace.now(), e);
            throw e;
        }
        trace.add(node, begin, trace.now(), null);
        finish(node, outputs.asMap());
    }

    private void start(Node node, Node.ModelWork model) {
        CallOptions bounded = bounded(node);
        long begin = trace.now();
        CompletableFuture<Outputs> future = model.predictor().predictAsync(call(node), bounded);
        underWay.put(node.index(), future);
        CompletableFuture<Outputs> unused = future.whenComplete((outputs, failure) -> {
            underWay.remove(node.index());
            ended.add(new Ended(node, begin, trace.now(), outputs, failure));
            onEnd.run();
        });
        if (over) {
            future.cancel(true);
        }
    }

    private TensorCall call(Node node) {
        Set<String> direct = node.nativeOutputs();
        OutputMemory target = (output, bytes) -> direct.contains(output.name()) ? memory.allocate(bytes) : null;
        return new TensorCall(inputs(node, true), target);
    }

    private Map<String, Tensor> inputs(Node node, boolean inPlace) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        node.inputs().forEach((name, port) -> inputs.put(name, inPlace ? value(port) : onHeap(value(port))));
        return inputs;
    }

    private Tensor value(Port port) {
        Map<String, ?> given = values[port.stage()];
        if (given == null || !(given.get(port.spec().name()) instanceof Tensor tensor)) {
            throw new EngineException(
                    "Pipeline '" + graph.name() + "' expected the tensor '" + port + "'; it was not given");
        }
        return tensor;
    }

    /** Memory of the pool is used again after the call. */
    private static Tensor onHeap(Tensor tensor) {
        boolean direct =
                tensor.elementType() != ElementType.STRING && tensor.buffer().isDirect();
        return direct ? Tensor.of(tensor.elementType(), tensor.buffer(), tensor.shape()) : tensor;
    }

    private void apply(Node node, Node.JavaWork work) {
        if (hasDeadline) {
            requireTime(node);
        }
        long begin = trace.now();
        Map<String, Tensor> given;
        try {
            given = work.function().apply(inputs(node, work.readsInPlace()));
            check(node, given);
            if (hasDeadline) {
                requireTime(node);
            }
        } catch (RuntimeException | Error e) {
            trace.add(node, begin, trace.now(), e);
            throw e;
        }
        trace.add(node, begin, trace.now(), null);
        finish(node, given);
    }

    private void check(Node node, Map<String, Tensor> given) {
        for (ValueSpec output : node.signature().outputs()) {
            TensorSpec spec = (TensorSpec) output;
            Tensor tensor = given == null ? null : given.get(spec.name());
            if (tensor == null
                    || tensor.elementType() != spec.elementType()
                    || !spec.shape().accepts(tensor.shape())) {
                throw new EngineException(graph.place(node) + " gives '" + spec + "'; its function gave "
                        + (tensor == null ? "none" : tensor.elementType() + Arrays.toString(tensor.shape())));
            }
        }
    }

    private CallOptions bounded(Node node) {
        return hasDeadline ? options.withTimeout(Duration.ofNanos(requireTime(node))) : options;
    }

    private long requireTime(Node node) {
        long left = nanosLeft();
        if (left <= 0) {
            throw new DeadlineExceededException("The deadline passed at " + graph.place(node)
                    + "; the rest was dropped. Allow more time, or find the slow stage in the trace");
        }
        return left;
    }

    /** What the pipeline gives, on the heap; all stages have ended. */
    Outputs end() {
        Map<String, Object> results = new LinkedHashMap<>();
        graph.results().forEach((name, port) -> results.put(name, onHeap(value(port))));
        memory.giveBack();
        trace.end(null);
        return Outputs.of(results);
    }

    /** Gives the call up, and what is under way with it. */
    void giveUp(Throwable failure) {
        stop();
        trace.end(failure);
    }

    /** Cancels what is under way; any thread. */
    void stop() {
        over = true;
        underWay.values().forEach(future -> future.cancel(true));
    }

    private static RuntimeException asUnchecked(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked
                ? unchecked
                : new EngineException("A model of the pipeline failed: " + cause, cause);
    }
}
