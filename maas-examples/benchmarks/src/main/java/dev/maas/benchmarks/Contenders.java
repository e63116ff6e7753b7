package dev.maas.benchmarks;

import ai.djl.translate.TranslateException;
import ai.onnxruntime.OrtException;
import dev.maas.Predictor;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** One model in every way of calling it, for {@link ClosedLoop}. */
final class Contenders implements AutoCloseable {
    private static final int[] BATCHES = {1, 4, 8, 16, 32, 64, 128};

    private final Mlp model;
    private final MaasRuntime maas;
    /** One thread to a run: the most rows per second when every processor has a run of its own. */
    private final RawRuntime raw;

    private final DjlRuntime djl;

    Contenders(Mlp model) throws Exception {
        this.model = model;
        this.maas = new MaasRuntime(model);
        this.raw = new RawRuntime(model, 1);
        this.djl = new DjlRuntime(model);
    }

    /** The predictor that all callers of maas share. */
    Predictor<float[], float[]> predictor() {
        return maas.predictor();
    }

    /** Callers of the shared predictor. */
    IntFunction<ClosedLoop.Caller> maas() {
        Predictor<float[], float[]> predictor = maas.predictor();
        return number -> {
            float[] row = model.row(number);
            return () -> {
                require(predictor.predict(row));
                return 1;
            };
        };
    }

    private void require(float[] result) {
        if (result.length != model.outputs()) {
            throw new IllegalStateException("A wrong result");
        }
    }

    /** Callers that keep so many asynchronous calls under way. */
    IntFunction<ClosedLoop.Caller> maasAsync(int window) {
        Predictor<float[], float[]> predictor = maas.predictor();
        return number -> {
            float[] row = model.row(number);
            ArrayDeque<CompletableFuture<float[]>> underWay = new ArrayDeque<>();
            return () -> {
                while (underWay.size() < window) {
                    underWay.addLast(predictor.predictAsync(row));
                }
                int rows = 0;
                do {
                    require(underWay.removeFirst().join());
                    rows++;
                } while (!underWay.isEmpty() && underWay.getFirst().isDone());
                return rows;
            };
        };
    }

    /** Callers that start their next call in the completion of the one before, so many of them in each thread's care. */
    IntFunction<ClosedLoop.Caller> maasChains(int chains) {
        Predictor<float[], float[]> predictor = maas.predictor();
        return number -> new AsyncChains(predictor, model.row(number), chains, this::require);
    }

    /** Callers of the plain runtime, each with memory of its own, one row a run. */
    IntFunction<ClosedLoop.Caller> direct() {
        return number -> {
            float[] row = model.row(number);
            RawRuntime.Pinned pinned = pinned(1);
            return new ClosedLoop.Caller() {
                @Override
                public int call() throws OrtException {
                    require(pinned.call(row));
                    return 1;
                }

                @Override
                public void close() {
                    pinned.close();
                }
            };
        };
    }

    /** Callers of DJL, each with a predictor of its own. */
    IntFunction<ClosedLoop.Caller> djl() {
        return number -> {
            float[] row = model.row(number);
            ai.djl.inference.Predictor<float[], float[]> predictor = djl.predictor();
            return new ClosedLoop.Caller() {
                @Override
                public int call() throws TranslateException {
                    require(predictor.predict(row));
                    return 1;
                }

                @Override
                public void close() {
                    predictor.close();
                }
            };
        };
    }

    /** The plain runtime fed with batches that are ready made. */
    private IntFunction<ClosedLoop.Caller> batches(int rows) {
        return number -> {
            RawRuntime.Pinned pinned = pinned(rows);
            for (int i = 0; i < rows; i++) {
                pinned.fill(i, model.row(number + i));
            }
            return new ClosedLoop.Caller() {
                @Override
                public int call() throws OrtException {
                    pinned.run();
                    return rows;
                }

                @Override
                public void close() {
                    pinned.close();
                }
            };
        };
    }

    /** The most rows per second that the plain runtime makes of ready-made batches, with as many threads as processors. */
    double limit(ClosedLoop loop) throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        double best = 0;
        for (int batch : BATCHES) {
            best = Math.max(best, loop.rowsPerSecond(processors, ClosedLoop.Threads.PLATFORM, batches(batch)));
        }
        return best;
    }

    private RawRuntime.Pinned pinned(int rows) {
        try {
            return raw.pinned(rows);
        } catch (OrtException e) {
            throw new IllegalStateException("The memory for a run could not be made", e);
        }
    }

    @Override
    public void close() throws OrtException {
        djl.close();
        raw.close();
        maas.close();
    }
}
