package dev.maas.batching;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.OverloadedException;
import dev.maas.bind.Binding;
import dev.maas.engine.LoadedModel;
import dev.maas.tensor.OutputMemory;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.ValueSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of one loaded model and frees it when it is closed and the last call is through.
 *
 * <p>Public for the sibling package that serves models. Safe for use by any thread.
 */
public final class ModelRunner implements AutoCloseable {
    /** Below this, parking a thread costs more than the run: synchronous calls then always run in their own thread, at once. */
    private static final long TINY_NANOS = 20_000;

    private final LoadedModel model;
    private final int slots;
    private final int maxBatch;
    private final Leases leases;
    private final Frames frames;
    private final CallQueue queue;
    private final CostCurves curves;
    private final Execution execution;
    private final Dispatcher dispatcher;
    private final Admission admission;
    private final Deadlines deadlines;

    /**
     * Takes over a loaded model.
     *
     * @param executor runs batches of asynchronous calls; it may be shared with other models
     * @param deadlines the timer; it may be shared with other models
     */
    public ModelRunner(LoadedModel model, RunnerOptions options, Executor executor, Deadlines deadlines) {
        this.model = model;
        this.slots = options.slots();
        this.maxBatch = model.signature().isBatchable() ? options.maxBatch() : 1;
        this.deadlines = deadlines;
        this.frames = new Frames(Math.max(16, 4 * options.slots()), model);
        this.leases = new Leases(this::free);
        this.queue = new CallQueue(options.queueCapacity());
        this.curves = new CostCurves(maxBatch);
        this.execution = new Execution(frames, new StopWatch(frames, deadlines));
        this.dispatcher = new Dispatcher(options, queue, curves, execution, executor, leases, Dispatcher.LINGER_NANOS);
        this.admission = new Admission(options, queue);
    }

    private void free() {
        try {
            frames.close();
        } finally {
            model.close();
        }
    }

    /** Returns the model; it stays loaded while the caller holds a lease. */
    public LoadedModel model() {
        return model;
    }

    /** Takes a lease, which keeps the model loaded. Returns false if it is closing. */
    public boolean tryAcquire() {
        return leases.tryAcquire();
    }

    /** Takes another lease, for a caller that holds one. */
    public void acquireMore() {
        leases.acquireMore();
    }

    /** Returns a lease. */
    public void release() {
        leases.release();
    }

    /**
     * Runs one value; blocks until the result is there.
     *
     * @throws ClosedException if the model is closing; other errors as for {@link dev.maas.Predictor#predict(Object)}
     */
    public <I, O> O run(Binding<I, O> binding, I input, CallOptions options) {
        acquire();
        try {
            return runLeased(binding, input, options);
        } finally {
            leases.release();
        }
    }

    /** As {@link #run}, for a caller that holds a lease. */
    public <I, O> O runLeased(Binding<I, O> binding, I input, CallOptions options) {
        long[][] shapes = binding.shapes(input);
        CallLimits limits = CallLimits.of(options);
        CostCurve curve = curves.of(shapes);
        if (isTiny(curve)) {
            return execution.alone(binding, input, shapes, limits, curve, true);
        }
        if (dispatcher.tryBeginAlone(curve)) {
            try {
                return execution.alone(binding, input, shapes, limits, curve, dispatcher.expectsCompany());
            } finally {
                dispatcher.endAlone();
            }
        }
        SingleRow<I, O> row = new SingleRow<>(binding, input, shapes);
        RuntimeException failure = runWaiting(row, limits, curve);
        if (failure != null) {
            throw failure;
        }
        return row.result();
    }

    /** Runs rows with others or not; returns what made them fail, if anything. */
    private @Nullable RuntimeException runWaiting(Call.Rows rows, CallLimits limits, CostCurve curve) {
        long idealWait = admission.check(limits, rows.count(), curve);
        WaitingCall call = new WaitingCall(rows, limits);
        call.expectsToWait(idealWait);
        dispatcher.runWaiting(call);
        return call.state() == Call.DROPPED && call.failure() == null ? CallLimits.exceeded(false) : call.failure();
    }

    private static boolean isTiny(CostCurve curve) {
        long alone = curve.aloneNanos();
        return alone != 0 && alone < TINY_NANOS;
    }

    /**
     * Runs once on tensors that fit the signature, one for each input in its order; blocks until the result is there. The caller holds
     * a lease.
     *
     * @param shareRuns whether the tensors' leading dimension may be rows of a batch with others; otherwise they get a run of their own,
     *     and direct memory is read in place
     * @return the outputs in the signature's order, as {@link dev.maas.tensor.Outputs} holds them
     */
    public List<Object> runTensorsLeased(List<Tensor> inputs, boolean shareRuns, CallOptions options) {
        return runTensorsLeased(inputs, shareRuns, null, options);
    }

    /**
     * As {@link #runTensorsLeased(List, boolean, CallOptions)}.
     *
     * @param memory where the outputs go; null for the heap
     */
    public List<Object> runTensorsLeased(
            List<Tensor> inputs, boolean shareRuns, @Nullable OutputMemory memory, CallOptions options) {
        TensorRows rows = tensorRows(inputs, shareRuns, memory);
        RuntimeException failure = runWaiting(rows, CallLimits.of(options), curves.of(rows.shapes()));
        if (failure != null) {
            throw failure;
        }
        return rows.results();
    }

    /** Starts a run as {@link #runTensorsLeased} does it, and returns at once; a refusal is thrown, any other failure is in the future. */
    public CompletableFuture<List<Object>> startTensorsLeased(
            List<Tensor> inputs, boolean shareRuns, CallOptions options) {
        return startTensorsLeased(inputs, shareRuns, null, options);
    }

    /**
     * As {@link #startTensorsLeased(List, boolean, CallOptions)}.
     *
     * @param memory where the outputs go; null for the heap
     */
    public CompletableFuture<List<Object>> startTensorsLeased(
            List<Tensor> inputs, boolean shareRuns, @Nullable OutputMemory memory, CallOptions options) {
        TensorRows rows = tensorRows(inputs, shareRuns, memory);
        return start(rows, CallLimits.of(options), rows::results, curves.of(rows.shapes()));
    }

    private TensorRows tensorRows(List<Tensor> inputs, boolean shareRuns, @Nullable OutputMemory memory) {
        List<ValueSpec> outputs = model.signature().outputs();
        boolean rows = shareRuns && maxBatch > 1 && haveLikeRows(inputs);
        return rows ? TensorRows.shared(inputs, outputs, memory) : TensorRows.alone(inputs, outputs, memory);
    }

    private static boolean haveLikeRows(List<Tensor> inputs) {
        long rows = inputs.get(0).shape()[0];
        return rows > 0 && inputs.stream().allMatch(tensor -> tensor.shape()[0] == rows);
    }

    /** Starts one value and returns at once; every failure is in the future. */
    public <I, O> CompletableFuture<O> start(Binding<I, O> binding, I input, CallOptions options) {
        if (!leases.tryAcquire()) {
            return CompletableFuture.failedFuture(closed());
        }
        try {
            long[][] shapes = binding.shapes(input);
            CallLimits limits = CallLimits.of(options);
            SingleRow<I, O> row = new SingleRow<>(binding, input, shapes);
            return start(row, limits, row::result, curves.of(shapes));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            leases.release();
        }
    }

    /** The calling thread holds a lease. */
    private <T> CompletableFuture<T> start(Call.Rows rows, CallLimits limits, Supplier<T> result, CostCurve curve) {
        long idealWait = admission.check(limits, rows.count(), curve);
        leases.acquireMore();
        FutureCall<T> call = new FutureCall<>(rows, limits, result, leases, queue);
        call.expectsToWait(idealWait);
        try {
            if (limits.hasDeadline()) {
                call.expiresWith(deadlines.after(limits.nanosLeft(), () -> call.expire(deadlines::complete)));
            }
            dispatcher.start(call);
        } catch (OverloadedException e) {
            if (!call.refuse(e)) {
                queue.neverJoined(call);
            }
        } catch (RejectedExecutionException e) {
            call.refuse(new ClosedException(
                    "The timer was closed before the call could begin; use a service that is open", e));
        }
        return call.future();
    }

    /**
     * Runs each value of a list; the results are in its order. If one fails, the whole call does.
     *
     * @throws ClosedException if the model is closing; other errors as for {@link dev.maas.Predictor#predictAll(List)}
     */
    public <I, O> List<O> runAll(Binding<I, O> binding, List<? extends I> inputs, CallOptions options) {
        acquire();
        try {
            return runAllLeased(binding, inputs, options);
        } finally {
            leases.release();
        }
    }

    /** As {@link #runAll}, for a caller that holds a lease. */
    public <I, O> List<O> runAllLeased(Binding<I, O> binding, List<? extends I> inputs, CallOptions options) {
        CallLimits limits = CallLimits.of(options);
        return new ListRuns<>(binding, inputs)
                .run(
                        slots - 1,
                        shapes -> binding.isRowwise() ? curves.of(shapes).limit() : 1,
                        rows -> runWaiting(rows, limits, curves.of(rows.shapes())),
                        rows -> start(rows, limits, () -> Boolean.TRUE, curves.of(rows.shapes())));
    }

    /**
     * Measures what runs cost by their number of rows, so that the first calls are batched well already. Without it, the calls
     * themselves teach it.
     *
     * @param row one row for each input, with a leading dimension of 1; the model is batchable
     */
    public void calibrate(List<Tensor> row, Duration budget) {
        acquire();
        PooledFrame pooled = frames.take(true);
        try {
            long[][] shapes = row.stream().map(Calibration::rowShape).toArray(long[][]::new);
            new Calibration(pooled.frame(), row, budget.toNanos()).measure(curves.of(shapes), maxBatch);
        } finally {
            pooled.giveBack();
            leases.release();
        }
    }

    private void acquire() {
        if (!leases.tryAcquire()) {
            throw closed();
        }
    }

    private static ClosedException closed() {
        return new ClosedException("The model was closed; load it again, or ask the service for a predictor");
    }

    /** Grants no lease any more, and frees the model when the last one comes back. Does not wait. */
    public void beginClose() {
        leases.beginClose();
    }

    /**
     * Grants no lease any more if nobody holds one at this moment, and returns whether that was so; the caller then frees the model by
     * {@link #finishClose()}. No call that holds a lease is ever affected.
     */
    public boolean tryCloseIdle() {
        return leases.tryCloseIdle();
    }

    /** Frees the model after a {@link #tryCloseIdle()} that succeeded. */
    public void finishClose() {
        leases.finishClose();
    }

    /** Returns how many calls have been run so far, warm-up among them; a few that are under way may be missing. */
    public long uses() {
        return frames.uses();
    }

    /** Gives back the memory that is kept from run to run: that of the idle frames, and what the engine keeps. May block for a run. */
    public void trim() {
        if (!leases.tryAcquire()) {
            return;
        }
        try {
            frames.closeIdle();
            model.trim();
        } finally {
            leases.release();
        }
    }

    /** Returns whether the model was closed and freed. */
    public boolean isFreed() {
        return leases.isFreed();
    }

    /** Completes when the model was closed and freed. */
    public CompletableFuture<Void> freed() {
        return leases.freed();
    }

    /**
     * Waits for the calls under way and frees the model. A call that closes its own model does not wait, nor does what an application
     * attached to the future of one; nor does a thread that is interrupted.
     */
    @Override
    public void close() {
        leases.beginClose();
        if (dispatcher.isAnsweredByCaller()) {
            return;
        }
        for (PooledFrame frame : frames.all()) {
            if (frame.isOwnedByCaller()) {
                return;
            }
        }
        leases.awaitFreed();
    }
}
