package dev.maas.batching;

import dev.maas.CancelledException;
import dev.maas.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Brings calls and slots together.
 *
 * <h2>What it guarantees</h2>
 *
 * A call that was accepted is answered exactly once. Whenever a call waits and a slot is free, some thread is about to bring the
 * two together. No thread goes on running for others when its own result is there, nor does it run what others attached to their
 * futures, which may take long, or need a lock that the thread holds; no lock is held during a run.
 *
 * <h2>How</h2>
 *
 * This is flat combining (Hendler, Incze, Shavit and Tzafrir, SPAA 2010) with several combiners. A caller that finds no free slot
 * queues up. Whoever holds a slot leads: it takes waiting calls along, up to the size that the model profits from, runs them as one
 * batch with its own, and hands the results out. A slot is given to a caller that waits, which then forms its batch itself, so that
 * whoever arrives until it is awake still gets on. When all who wait are asynchronous, a thread of the executor leads instead, and
 * goes on as long as there is work.
 *
 * <p>No wake-up is lost: a caller publishes its call before it looks for a free slot, and a leader frees its slot before it looks
 * for waiting calls; the two look at the same two words in opposite order, so at least one of them sees the other. Whoever sees a
 * waiting call and a free slot takes the slot and gives it to somebody ({@link #distribute}), and looks again afterwards.
 *
 * <p>The slot is handed on before the served are woken, if enough others wait already: waking costs processor time, and the slot
 * should not be idle meanwhile. If too few wait, the served come first, as it is they who will fill the next batch.
 *
 * <p>What is attached to a future is run by a thread of the executor that led the future's run, slot in hand. If it calls the same
 * model and would have to wait, the slot goes back first, and the thread ends its lead when it returns ({@link AnsweringThreads}):
 * with one slot, it would wait for itself.
 *
 * <h2>What was rejected</h2>
 *
 * A dispatcher thread, as it costs every call two hand-overs; a fixed delay, as it costs an idle caller the delay; a lock around
 * queue and slots, as threads that are preempted while they hold it stall everybody; forming the batch for a leader before it is
 * awake, as it makes the batches a third smaller.
 */
final class Dispatcher {
    /** How long a leader of the executor waits for more work while there is a crowd, before it gives its slot back. */
    static final long LINGER_NANOS = 50_000;

    private final CallQueue queue;
    private final Slots slots;
    private final Crowd crowd;
    private final HiddenCallers hiddenCallers = new HiddenCallers();
    private final Company company = new Company();
    private final CostCurves curves;
    private final Execution execution;
    private final Executor executor;
    private final Leases leases;
    private final AnsweringThreads answering = new AnsweringThreads();
    private final long maxDelayNanos;
    private final long lingerNanos;

    Dispatcher(
            RunnerOptions options,
            CallQueue queue,
            CostCurves curves,
            Execution execution,
            Executor executor,
            Leases leases,
            long lingerNanos) {
        this.queue = queue;
        this.slots = new Slots(options.slots());
        this.crowd = new Crowd(options.slots());
        this.curves = curves;
        this.execution = execution;
        this.executor = executor;
        this.leases = leases;
        this.maxDelayNanos = options.maxDelay().toNanos();
        this.lingerNanos = lingerNanos;
    }

    /** Takes a slot for a run alone, if the model is idle and no crowd is expected. Give it back with {@link #endAlone}. */
    boolean tryBeginAlone(CostCurve curve) {
        return maxDelayNanos == 0
                && crowd.isSparse()
                && !queue.hasWaiting()
                && !(curve.limit() > 1 && hiddenCallers.isTimeToLook())
                && slots.tryAcquire();
    }

    /** Whether a run that begins now is to expect others beside it; the calling thread holds a slot. */
    boolean expectsCompany() {
        return company.expect(slots.busy() > 1 || queue.hasWaiting());
    }

    void endAlone() {
        slots.release();
        if (queue.hasWaiting()) {
            distribute();
        }
    }

    /**
     * Runs a call of the calling thread, together with others or not; returns when it is settled.
     *
     * @throws OverloadedException if the queue is full
     */
    void runWaiting(WaitingCall call) {
        enqueue(call);
        letGoOfOwnSlots();
        if (tryLead(call) || awaitTurn(call)) {
            lead(call);
        }
    }

    /**
     * Starts an asynchronous call; the calling thread holds a lease besides the call's own.
     *
     * @throws OverloadedException if the queue is full
     */
    void start(FutureCall<?> call) {
        enqueue(call);
        distribute();
    }

    /** Whether the calling thread answers futures at this moment, and so may be in code that was attached to one. */
    boolean isAnsweredByCaller() {
        return answering.includeCaller();
    }

    /** The slots that somebody has at this moment. */
    int busySlots() {
        return slots.busy();
    }

    /** Gives back what the calling thread has in its hands while it answers others, as it is about to wait. */
    private void letGoOfOwnSlots() {
        for (int own = answering.takeSlots(); own > 0; own--) {
            slots.release();
        }
    }

    private void enqueue(Call call) {
        if (!queue.offer(call)) {
            throw new OverloadedException("The model's queue is full: it holds " + queue.capacity() + " rows, and "
                    + queue.waitingRows() + " wait. Try again later, or raise queueCapacity");
        }
    }

    /** Takes a slot for a call that was just queued, unless somebody took the call. */
    private boolean tryLead(WaitingCall call) {
        while (queue.hasWaiting() && slots.tryAcquire()) {
            if (call.tryMove(Call.QUEUED, Call.LEADING)) {
                queue.left(call);
                return true;
            }
            giveSlotAway();
        }
        return false;
    }

    /** Gives free slots to those who wait, as long as there are both. */
    private void distribute() {
        while (queue.hasWaiting() && slots.tryAcquire()) {
            giveSlotAway();
        }
    }

    /** Gives the slot that the calling thread holds to a call that waits, or back. */
    private void giveSlotAway() {
        Call leader = queue.chooseLeader();
        if (leader != null) {
            leader.announce();
        } else if (queue.hasWaiting()) {
            leases.acquireMore();
            inExecutor(this::leadForFutures);
        } else {
            slots.release();
        }
    }

    private void inExecutor(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // The executor is shutting down, or the system grants it no thread (which Java reports as a lack of
            // memory). What was
            // accepted is answered all the same, by the thread at hand.
            task.run();
        }
    }

    /** Waits until the call is settled, which ends with false, or has a slot to lead with. */
    private boolean awaitTurn(WaitingCall call) {
        while (true) {
            int state = call.state();
            if (state == Call.LEADING) {
                return true;
            }
            if (state != Call.QUEUED && state != Call.RUNNING) {
                return false;
            }
            if (Thread.interrupted()) {
                if (call.giveUp(queue)) {
                    call.fail(
                            new CancelledException("The calling thread was interrupted while it waited for the model"));
                    Thread.currentThread().interrupt();
                    return false;
                }
                // Too late to give up: the result is on its way, or there is a slot to use.
                boolean leads = awaitUninterruptibly(call);
                Thread.currentThread().interrupt();
                return leads;
            }
            if (!call.limits().hasDeadline()) {
                LockSupport.park(this);
                continue;
            }
            long left = call.limits().nanosLeft();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            } else if (call.giveUp(queue)) {
                call.fail(CallLimits.exceeded(state == Call.RUNNING));
                return false;
            }
        }
    }

    private boolean awaitUninterruptibly(WaitingCall call) {
        int state = call.state();
        while (state == Call.QUEUED || state == Call.RUNNING) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
            Thread.interrupted();
            state = call.state();
        }
        return state == Call.LEADING;
    }

    /** Runs a batch with this call in it; the calling thread holds a slot. */
    private void lead(WaitingCall call) {
        CostCurve curve = curves.of(call.rows().shapes());
        Batch batch = new Batch();
        batch.addLeader(call);
        if (call.rows().isRowwise()) {
            if (crowd.isSparse()) {
                hiddenCallers.letCome();
            }
            awaitCompany(curve, call.rows().count());
            fill(batch, sizeFor(curve, call.rows().count()));
        }
        try {
            runBatch(batch, curve);
        } finally {
            slots.release();
            // With enough company for the next leader, it begins while this thread wakes the served.
            if (queue.waitingRows() >= sizeFor(curve, 0)) {
                distribute();
            }
            List<Call> withFollowers = finishThoseWithoutFollowers(batch);
            distribute();
            if (!withFollowers.isEmpty() || !batch.expired().isEmpty()) {
                inExecutor(() -> answer(withFollowers, batch.expired()));
            }
        }
    }

    private void awaitCompany(CostCurve curve, int atHand) {
        int wanted = sizeFor(curve, atHand);
        if (wanted > atHand) {
            Crowd.await(queue, wanted, atHand, curve.expectedNanos(wanted), maxDelayNanos);
        }
    }

    /** The rows that a batch should have which begins with so many. */
    private int sizeFor(CostCurve curve, int atHand) {
        return maxDelayNanos > 0 ? curve.limit() : crowd.share(curve, atHand + queue.waitingRows());
    }

    /** Runs batches in a thread of the executor as long as there is work; the thread holds a slot and a lease. */
    private void leadForFutures() {
        answering.begin(1);
        try {
            Batch batch = nextBatch();
            while (batch != null) {
                try {
                    runBatch(batch, curves.of(batch.calls().get(0).rows().shapes()));
                } finally {
                    answer(finishThoseWithoutFollowers(batch), batch.expired());
                }
                batch = nextBatch();
            }
        } finally {
            if (answering.takeSlot()) {
                slots.release();
            }
            answering.end();
            distribute();
            leases.release();
        }
    }

    /** The next batch to lead; null if nobody waits, or if the slot was needed elsewhere while the last ones were answered. */
    private @Nullable Batch nextBatch() {
        if (!answering.callerHasSlot()) {
            return null;
        }
        if (!queue.hasWaiting() && !crowd.isSparse()) {
            Crowd.await(queue, 1, 0, 0, lingerNanos);
        }
        while (answering.callerHasSlot() && queue.hasWaiting()) {
            // The shapes decide the limit, and the first call decides the shapes.
            Batch batch = new Batch();
            fill(batch, 1);
            if (!batch.isEmpty()) {
                Call.Rows first = batch.calls().get(0).rows();
                if (first.isRowwise()) {
                    CostCurve curve = curves.of(first.shapes());
                    awaitCompany(curve, batch.rows());
                    fill(batch, sizeFor(curve, batch.rows()));
                }
                return batch;
            }
            answer(List.of(), batch.expired());
        }
        return null;
    }

    private void fill(Batch batch, int maxRows) {
        queue.fill(batch, maxRows, System.nanoTime(), batch.expired());
    }

    private void runBatch(Batch batch, CostCurve curve) {
        int rows = batch.rows();
        crowd.begins(rows, queue.waitingRows());
        try {
            // What did not fit, or came meanwhile, need not wait if another slot is free.
            distribute();
            execution.together(batch, curve, expectsCompany());
        } finally {
            crowd.ends(rows);
        }
    }

    /** Ends the calls of those who only need to be woken, and returns the others. */
    private static List<Call> finishThoseWithoutFollowers(Batch batch) {
        List<Call> others = List.of();
        for (Call call : batch.calls()) {
            if (!call.hasFollowers()) {
                call.finish();
            } else {
                others = others.isEmpty() ? new ArrayList<>() : others;
                others.add(call);
            }
        }
        return others;
    }

    /** Ends calls, and so runs what the application attached to them. */
    private void answer(List<Call> finished, List<Call> expired) {
        answering.begin(0);
        try {
            expired.forEach(Call::announce);
            finished.forEach(Call::finish);
        } finally {
            answering.end();
        }
    }
}
