package dev.maas.batching;

import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Measures a model's cost curve before its first call: runs one row, then twice as many, and so on, as long as that pays and there is
 * time.
 */
final class Calibration {
    /** Runs per size; the fastest counts, as the first ones set up memory and caches. */
    private static final int RUNS = 3;

    /** A larger size is tried while doubling the rows last gained at least this much per row. */
    private static final double WORTHWHILE = 1.1;

    private final RunFrame frame;
    private final List<Tensor> row;
    private final long deadline;

    /**
     * Prepares a measurement.
     *
     * @param row one row for each input, with a leading dimension of 1
     */
    Calibration(RunFrame frame, List<Tensor> row, long budgetNanos) {
        this.frame = frame;
        this.row = row;
        this.deadline = System.nanoTime() + budgetNanos;
    }

    /** Measures into the curve of these rows, up to so many at once. */
    void measure(CostCurve curve, int maxRows) {
        double bestRate = 0;
        for (int rows = 1; rows <= maxRows; rows *= 2) {
            long nanos = fastest(rows);
            curve.record(rows, nanos);
            double rate = (double) rows / nanos;
            if (rate < bestRate * WORTHWHILE || System.nanoTime() - deadline > 0) {
                return;
            }
            bestRate = rate;
        }
    }

    private long fastest(int rows) {
        for (int input = 0; input < row.size(); input++) {
            fill(frame.input(input), row.get(input), rows);
        }
        long fastest = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            long begin = System.nanoTime();
            frame.run();
            fastest = Math.min(fastest, System.nanoTime() - begin);
        }
        return fastest;
    }

    private static void fill(TensorBuffer buffer, Tensor row, int rows) {
        buffer.reshapeRows(rows, rowShape(row));
        if (row.elementType() == ElementType.STRING) {
            String[] values = row.toStrings();
            for (int r = 0; r < rows; r++) {
                System.arraycopy(values, 0, buffer.strings(), r * values.length, values.length);
            }
            return;
        }
        int bytes = (int) row.byteSize();
        for (int r = 0; r < rows; r++) {
            buffer.bytes().put(r * bytes, row.buffer(), 0, bytes);
        }
    }

    static long[] rowShape(Tensor row) {
        long[] shape = row.shape();
        return Arrays.copyOfRange(shape, 1, shape.length);
    }
}
