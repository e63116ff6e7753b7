package dev.maas.batching;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The cost curves of one model by the size of a row: rows with as many elements, within a factor of two, share a curve.
 *
 * <p>Safe for use by any thread.
 */
final class CostCurves {
    private final int maxRows;
    private final AtomicReferenceArray<CostCurve> curves = new AtomicReferenceArray<>(Long.SIZE);

    CostCurves(int maxRows) {
        this.maxRows = maxRows;
    }

    CostCurve of(long[][] shapes) {
        long elements = 1;
        for (long[] shape : shapes) {
            long product = 1;
            for (long size : shape) {
                product *= size;
            }
            elements += product;
        }
        int size = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, elements));
        CostCurve curve = curves.get(size);
        if (curve != null) {
            return curve;
        }
        curves.compareAndSet(size, null, new CostCurve(maxRows));
        return curves.get(size);
    }
}
