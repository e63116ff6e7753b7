package dev.maas.batching;

import dev.maas.EngineException;
import dev.maas.bind.Binding;
import dev.maas.engine.RunFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Takes a frame, writes, runs and reads, for one value or for a batch; the frame goes back on every path. Safe for use by any thread.
 */
final class Execution {
    /** Every so many runs alone one is timed; the clock costs more than it tells. */
    private static final int SAMPLING_MASK = 15;

    private final Frames frames;
    private final StopWatch stopWatch;

    /** Counts runs alone; a lost increment does no harm. */
    private int runsAlone;

    Execution(Frames frames, StopWatch stopWatch) {
        this.frames = frames;
        this.stopWatch = stopWatch;
    }

    /**
     * Runs one value in the calling thread.
     *
     * @param besideOthers whether other runs of the model are to be expected meanwhile
     */
    <I, O> O alone(
            Binding<I, O> binding, I input, long[][] shapes, CallLimits limits, CostCurve curve, boolean besideOthers) {
        PooledFrame pooled = frames.take(besideOthers);
        try {
            RunFrame frame = pooled.frame();
            reshape(frame, shapes, binding.isRowwise(), 1);
            binding.write(input, frame, 0);
            runTimed(pooled, limits, curve);
            return binding.read(frame, 0);
        } finally {
            pooled.giveBack();
        }
    }

    private void runTimed(PooledFrame pooled, CallLimits limits, CostCurve curve) {
        if (limits.hasDeadline()) {
            stopWatch.arm(pooled, limits.deadline());
        }
        if (curve.aloneNanos() != 0 && (++runsAlone & SAMPLING_MASK) != 0) {
            run(pooled);
            return;
        }
        long begin = System.nanoTime();
        run(pooled);
        curve.record(1, System.nanoTime() - begin);
    }

    private static void run(PooledFrame pooled) {
        try {
            pooled.frame().run();
        } catch (CancellationException e) {
            throw CallLimits.exceeded(true);
        }
    }

    static void reshape(RunFrame frame, long[][] shapes, boolean rowwise, int rows) {
        for (int input = 0; input < shapes.length; input++) {
            if (rowwise) {
                frame.input(input).reshapeRows(rows, shapes[input]);
            } else {
                frame.input(input).reshape(shapes[input]);
            }
        }
    }

    /**
     * Runs a batch. Each call has its result or its failure afterwards; none is finished. A call that the model refuses does not
     * take the others with it: they run without it.
     *
     * @param besideOthers whether other runs of the model are to be expected meanwhile
     */
    void together(Batch batch, CostCurve curve, boolean besideOthers) {
        List<Call> sound = new ArrayList<>(batch.calls());
        try {
            runOnce(batch, sound, curve, besideOthers);
        } catch (EngineException e) {
            failOrRetry(sound, e);
        } catch (RuntimeException e) {
            failAll(sound, e);
        } catch (Error e) {
            // The followers must not wait for ever; the error itself goes up in the leader's thread.
            failAll(sound, new EngineException("The run ended with an error of the virtual machine: " + e, e));
            throw e;
        }
    }

    private void runOnce(Batch batch, List<Call> sound, CostCurve curve, boolean besideOthers) {
        PooledFrame pooled = frames.take(besideOthers);
        try {
            write(pooled.frame(), sound);
            pooled.alsoUsedBy(Math.max(0, sound.size() - 1));
            if (!sound.isEmpty() && !batch.isAbandoned()) {
                runStoppably(batch, pooled, countRows(sound), curve);
                readAll(pooled.frame(), sound);
            }
        } finally {
            pooled.giveBack();
        }
    }

    private void write(RunFrame frame, List<Call> sound) {
        boolean complete;
        do {
            complete = true;
            sound.get(0).rows().reshape(frame, countRows(sound));
            int row = 0;
            for (Call call : sound) {
                RuntimeException failure = tryWrite(call, frame, row);
                if (failure != null) {
                    call.fail(failure);
                    sound.remove(call);
                    complete = false;
                    break;
                }
                row += call.rows().count();
            }
        } while (!complete && !sound.isEmpty());
    }

    private static @Nullable RuntimeException tryWrite(Call call, RunFrame frame, int row) {
        try {
            call.rows().write(frame, row);
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static int countRows(List<Call> calls) {
        int rows = 0;
        for (Call call : calls) {
            rows += call.rows().count();
        }
        return rows;
    }

    private void runStoppably(Batch batch, PooledFrame pooled, int rows, CostCurve curve) {
        Long lastDeadline = batch.lastDeadline();
        long armed = lastDeadline == null ? StopWatch.arm(pooled) : stopWatch.arm(pooled, lastDeadline);
        batch.begins(() -> pooled.stop(armed));
        try {
            long begin = System.nanoTime();
            run(pooled);
            curve.record(rows, System.nanoTime() - begin);
        } finally {
            batch.ended();
        }
    }

    private static void readAll(RunFrame frame, List<Call> calls) {
        int row = 0;
        for (Call call : calls) {
            try {
                call.rows().read(frame, row);
            } catch (RuntimeException e) {
                call.fail(e);
            }
            row += call.rows().count();
        }
    }

    /** One row may have spoiled the run for the others, so each call gets a run of its own. */
    private void failOrRetry(List<Call> sound, EngineException failure) {
        if (sound.size() == 1) {
            sound.get(0).fail(failure);
            return;
        }
        for (Call call : sound) {
            Batch alone = new Batch();
            alone.addLeader(call);
            together(alone, new CostCurve(1), true);
        }
    }

    private static void failAll(List<Call> calls, RuntimeException cause) {
        for (Call call : calls) {
            call.fail(cause);
        }
    }
}
