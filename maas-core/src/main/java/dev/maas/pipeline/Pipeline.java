package dev.maas.pipeline;

import dev.maas.CallOptions;
import dev.maas.CancelledException;
import dev.maas.ModelMetadata;
import dev.maas.Predictor;
import dev.maas.Translator;
import dev.maas.TypeRef;
import dev.maas.serving.ModelService;
import dev.maas.serving.TensorCall;
import dev.maas.serving.TensorConversion;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Models and Java functions composed into a graph, which is called like one model.
 *
 * <p>Types and shapes of every edge are checked when it is built. A call has one deadline and one {@link PipelineTrace}. Branches run at the
 * same time, a sequence runs in its caller's thread. What one model gives to another stays out of the Java heap. Each stage follows its
 * reference, so that a model is swapped within a pipeline as anywhere; the stages of one call may see a swap in between.
 *
 * <p>Immutable and safe for use by any thread; there is nothing to close, and it is of no use when its service is closed. Calls block, but
 * for the asynchronous ones.
 *
 * <pre>{@code
 * PipelineBuilder graph = Pipeline.builder("spam", service);
 * Port text = graph.input("text", ElementType.STRING, "[batch]");
 * Port vector = graph.model("embed", "embedder@champion", text).output();
 * Port linear = graph.model("linear", "spam-linear@champion", vector).output("scores");
 * Port forest = graph.model("forest", "spam-forest@champion", vector).output("scores");
 * graph.output("scores", graph.mean("ensemble", linear, forest));
 * Predictor<String, float[]> spam = graph.build().predictor(String.class, float[].class);
 * }</pre>
 */
public final class Pipeline {
    static final Consumer<PipelineTrace> NOBODY = trace -> {};

    private final Graph graph;
    private final Executor executor;
    private final Consumer<PipelineTrace> listener;
    private final MemoryPool pool = new MemoryPool();

    Pipeline(Graph graph, Executor executor, Consumer<PipelineTrace> listener) {
        this.graph = graph;
        this.executor = executor;
        this.listener = listener;
    }

    /**
     * Begins a pipeline of a service's models.
     *
     * @throws dev.maas.InvalidInputException if a pipeline cannot have that name; it is like a model's
     */
    public static PipelineBuilder builder(String name, ModelService service) {
        return new PipelineBuilder(name, service);
    }

    /** Returns its name. */
    public String name() {
        return graph.name();
    }

    /** Returns what the pipeline as a whole takes and gives. */
    public Signature signature() {
        return graph.signature();
    }

    /**
     * Runs the pipeline once on tensors by name. The outputs are on the heap.
     *
     * @throws dev.maas.InvalidInputException if a tensor is missing, unknown, or of the wrong type or shape, for the pipeline or within it
     * @throws dev.maas.EngineException if a model failed, or a function gave something else than was declared
     */
    public Outputs run(Map<String, Tensor> inputs) {
        return run(inputs, CallOptions.none());
    }

    /**
     * Runs the pipeline once within the given bounds, which hold for the call as a whole; see {@link #run(Map)}.
     *
     * @throws dev.maas.DeadlineExceededException if the deadline passed first; models under way are stopped, functions are not
     * @throws CancelledException if the thread was interrupted while it waited, which stays marked
     */
    public Outputs run(Map<String, Tensor> inputs, CallOptions options) {
        List<Tensor> checked = TensorCall.inOrder(signature(), inputs);
        return runChecked(checked, options);
    }

    Outputs runChecked(List<Tensor> inputs, CallOptions options) {
        PipelineRun run = new PipelineRun(graph, named(inputs), options, listener, pool, () -> {});
        try {
            run.advance(true);
            while (!run.isDone()) {
                run.await();
                run.advance(true);
            }
            return run.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancelledException cancelled = new CancelledException(
                    "The calling thread was interrupted while it waited for pipeline '" + name() + "'", e);
            run.giveUp(cancelled);
            throw cancelled;
        } catch (RuntimeException | Error e) {
            run.giveUp(e);
            throw e;
        }
    }

    /** Starts a run and returns at once; every failure is in the future. Cancelling it stops what is under way. */
    public CompletableFuture<Outputs> start(Map<String, Tensor> inputs, CallOptions options) {
        try {
            return startChecked(TensorCall.inOrder(signature(), inputs), options);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    CompletableFuture<Outputs> startChecked(List<Tensor> inputs, CallOptions options) {
        Map<String, Tensor> named = named(inputs);
        return new AsyncRun(onEnd -> new PipelineRun(graph, named, options, listener, pool, onEnd), executor).start();
    }

    private Map<String, Tensor> named(List<Tensor> inputs) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            named.put(signature().inputs().get(i).name(), inputs.get(i));
        }
        return named;
    }

    /**
     * Returns a predictor that binds these Java types to the pipeline's inputs and outputs, as those of a model are bound.
     *
     * @throws dev.maas.InvalidInputException if the types do not fit the signature; the message shows both side by side
     */
    public <I, O> Predictor<I, O> predictor(Class<I> inputType, Class<O> outputType) {
        return predictor(TypeRef.of(inputType), TypeRef.of(outputType));
    }

    /** Returns a predictor for types with type arguments; see {@link #predictor(Class, Class)}. */
    public <I, O> Predictor<I, O> predictor(TypeRef<I> inputType, TypeRef<O> outputType) {
        return new PipelinePredictor<>(
                this, TensorConversion.of(signature(), ModelMetadata.empty(), inputType, outputType));
    }

    /** Returns a predictor that converts with the given translator. */
    public <I, O> Predictor<I, O> predictor(Translator<I, O> translator) {
        return new PipelinePredictor<>(this, TensorConversion.of(signature(), translator));
    }

    /** The bytes of direct memory that wait for the next call. */
    long idleBytes() {
        return pool.keptBytes();
    }

    /** Returns its name, what it takes and gives, and its stages. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name()).append(signature());
        for (Node node : graph.nodes()) {
            Node.ModelWork model = node.model();
            text.append(System.lineSeparator())
                    .append("  ")
                    .append(node.name())
                    .append(model == null ? "" : " = " + model.ref())
                    .append(' ')
                    .append(node.inputs())
                    .append(" -> ")
                    .append(node.signature().outputs());
        }
        return text.toString();
    }
}
