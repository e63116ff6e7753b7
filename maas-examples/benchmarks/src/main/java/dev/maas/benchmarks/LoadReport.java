package dev.maas.benchmarks;

import ai.onnxruntime.OrtException;
import dev.maas.CallOptions;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** How long calls take at half of what the machine can do, and what becomes of them at twice that. */
final class LoadReport {
    private static final Mlp MODEL = Mlp.LARGE;
    private static final int ROUNDS = 5;
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration TIME = Duration.ofSeconds(4);
    private static final Duration DEADLINE = Duration.ofMillis(100);
    private static final CallOptions BOUNDED = CallOptions.timeout(DEADLINE);

    void run() throws Exception {
        try (MaasRuntime maas = new MaasRuntime(MODEL);
                Direct direct = new Direct()) {
            atHalf(maas.predictor(), direct);
            atDouble(maas.predictor());
        }
    }

    /** Threads of the plain runtime, as many as processors, each with memory of its own. */
    private static final class Direct implements AutoCloseable {
        private final RawRuntime raw = new RawRuntime(MODEL, 1);
        private final List<RawRuntime.Pinned> frames = new ArrayList<>();
        private final ThreadLocal<RawRuntime.Pinned> frame = ThreadLocal.withInitial(this::newFrame);
        private final ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

        Direct() throws OrtException {}

        private RawRuntime.Pinned newFrame() {
            try {
                RawRuntime.Pinned pinned = raw.pinned(1);
                synchronized (frames) {
                    frames.add(pinned);
                }
                return pinned;
            } catch (OrtException e) {
                throw new IllegalStateException("The memory for a run could not be made", e);
            }
        }

        void start(float[] row, OpenLoop.Call call) {
            threads.execute(() -> {
                try {
                    float[] unused = frame.get().call(row);
                    call.answered();
                } catch (OrtException e) {
                    call.failed(e);
                }
            });
        }

        @Override
        public void close() throws OrtException {
            // Every call has been answered.
            threads.shutdown();
            frames.forEach(RawRuntime.Pinned::close);
            raw.close();
        }
    }

    private static OpenLoop.Target async(Predictor<float[], float[]> predictor, CallOptions options) {
        float[] row = MODEL.row(1);
        return call -> {
            CompletableFuture<float[]> unused = predictor
                    .predictAsync(row, options)
                    .whenComplete((result, failure) -> {
                        if (failure == null) {
                            call.answered();
                        } else {
                            call.failed(failure);
                        }
                    });
        };
    }

    private static void atHalf(Predictor<float[], float[]> predictor, Direct direct) throws Exception {
        double capacity;
        try (Contenders contenders = new Contenders(MODEL)) {
            capacity = new ClosedLoop(WARM_UP, TIME)
                    .rowsPerSecond(
                            Runtime.getRuntime().availableProcessors(),
                            ClosedLoop.Threads.PLATFORM,
                            contenders.direct());
        }
        float[] row = MODEL.row(1);
        List<Double> directTail = new ArrayList<>();
        List<Double> maasTail = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            OpenLoop loop = new OpenLoop(WARM_UP, TIME, round);
            OpenLoop same = new OpenLoop(WARM_UP, TIME, round);
            double ofDirect =
                    loop.run(capacity / 2, call -> direct.start(row, call)).answerNanos(99);
            double ofMaas =
                    same.run(capacity / 2, async(predictor, CallOptions.none())).answerNanos(99);
            directTail.add(ofDirect);
            maasTail.add(ofMaas);
            ratios.add(ofMaas / ofDirect);
        }
        Figures.title(
                "Open loop, %s, %.0f calls per second, half of what direct calls can do; 99 of 100 answered within",
                MODEL, capacity / 2);
        Figures.row("%-14s %10.0f µs", "direct", Figures.median(directTail) / 1000);
        Figures.row("%-14s %10.0f µs, %.2f times", "maas", Figures.median(maasTail) / 1000, Figures.median(ratios));
        Figures.print("load.half.direct.p99", Figures.median(directTail) / 1000, "us");
        Figures.print("load.half.maas.p99", Figures.median(maasTail) / 1000, "us");
        Figures.print("load.half.p99.ratio", Figures.median(ratios), "x");
    }

    private static void atDouble(Predictor<float[], float[]> predictor) throws Exception {
        double peak = 0;
        try (Contenders contenders = new Contenders(MODEL)) {
            for (int round = 0; round < 3; round++) {
                peak = Math.max(
                        peak,
                        new ClosedLoop(WARM_UP, TIME)
                                .rowsPerSecond(1, ClosedLoop.Threads.PLATFORM, contenders.maasChains(64)));
            }
        }
        List<Double> goodput = new ArrayList<>();
        List<Double> tail = new ArrayList<>();
        List<Double> refusal = new ArrayList<>();
        long refused = 0;
        long expired = 0;
        long answered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            OpenLoop.Result result = new OpenLoop(WARM_UP, TIME, round).run(2 * peak, async(predictor, BOUNDED));
            goodput.add(result.goodput(DEADLINE));
            tail.add(result.answerNanos(99));
            refusal.add(result.refusalNanos(99));
            refused += result.refused();
            expired += result.expired();
            answered += result.answered();
        }
        Figures.title(
                "Open loop, %s, %.0f calls per second, twice the peak, each with a deadline of %d ms",
                MODEL, 2 * peak, DEADLINE.toMillis());
        Figures.row(
                "in time: %.0f per second, %.2f of the peak; 99 of 100 answered within %.1f ms; refused within %.3f ms",
                Figures.median(goodput),
                Figures.median(goodput) / peak,
                Figures.median(tail) / 1e6,
                Figures.median(refusal) / 1e6);
        Figures.row("of all: %d answered, %d refused, %d expired", answered, refused, expired);
        Figures.print("load.double.goodput.ratio", Figures.median(goodput) / peak, "x");
        Figures.print("load.double.accepted.p99", Figures.median(tail) / 1e6, "ms");
        Figures.print("load.double.refusal.p99", Figures.median(refusal) / 1e6, "ms");
    }
}
