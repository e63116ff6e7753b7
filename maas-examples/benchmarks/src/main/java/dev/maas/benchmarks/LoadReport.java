package dev.maas.benchmarks;

import dev.maas.CallOptions;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** How long calls take at half of what the machine can do, and what becomes of them at twice that. */
final class LoadReport {
    private static final Mlp MODEL = Mlp.LARGE;
    private static final int ROUNDS = 5;
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration TIME = Duration.ofSeconds(4);
    private static final Duration DEADLINE = Duration.ofMillis(100);
    private static final CallOptions BOUNDED = CallOptions.timeout(DEADLINE);

    void run() throws Exception {
        try (Contenders contenders = new Contenders(MODEL);
                PerThread direct = new PerThread(contenders.direct());
                PerThread djl = new PerThread(contenders.djl())) {
            atHalf(contenders, direct, djl);
            atDouble(contenders, djl);
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

    private static void atHalf(Contenders contenders, PerThread direct, PerThread djl) throws Exception {
        double rate = new ClosedLoop(WARM_UP, TIME)
                        .rowsPerSecond(
                                Runtime.getRuntime().availableProcessors(),
                                ClosedLoop.Threads.PLATFORM,
                                contenders.direct())
                / 2;
        List<Contender> all = List.of(
                new Contender("direct", direct::start),
                new Contender("maas", async(contenders.predictor(), CallOptions.none())),
                new Contender("djl", djl::start));
        for (int round = 0; round < ROUNDS; round++) {
            double ofDirect = all.get(0).measure(round, rate, 0);
            for (Contender contender : all.subList(1, all.size())) {
                contender.measure(round, rate, ofDirect);
            }
        }
        Figures.title(
                "Open loop, %s, %.0f calls per second, half of what direct calls can do; 99 of 100 answered within",
                MODEL, rate);
        all.forEach(Contender::print);
    }

    /** One way of calling, and how long its calls took in each round. */
    private record Contender(String name, OpenLoop.Target target, List<Double> tails, List<Double> ratios) {
        Contender(String name, OpenLoop.Target target) {
            this(name, target, new ArrayList<>(), new ArrayList<>());
        }

        /** Measures a round, by the same schedule for all; a base of 0 stands for the contender's own time. */
        double measure(int round, double rate, double base) {
            double tail = new OpenLoop(WARM_UP, TIME, round).run(rate, target).answerNanos(99);
            tails.add(tail / 1000);
            ratios.add(base == 0 ? 1 : tail / base);
            return tail;
        }

        void print() {
            Figures.row("%-14s %10.0f µs, %.2f times", name, Figures.median(tails), Figures.median(ratios));
            Figures.print("load.half." + name + ".p99", Figures.median(tails), "us");
            Figures.print("load.half." + name + ".p99.ratio", Figures.median(ratios), "x");
        }
    }

    private static void atDouble(Contenders contenders, PerThread djl) throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        Overload maas = new Overload("maas", peak(1, contenders.maasChains(64)));
        // It has no deadlines and no bound to its queue: each call is answered, some time.
        Overload others = new Overload("djl", peak(processors, contenders.djl()));
        OpenLoop.Target bounded = async(contenders.predictor(), BOUNDED);
        for (int round = 0; round < ROUNDS; round++) {
            maas.measure(round, bounded);
            others.measure(round, djl::start);
        }
        Figures.title(
                "Open loop, %s, twice as many calls as each can answer at its best, each to be answered within %d ms",
                MODEL, DEADLINE.toMillis());
        maas.print();
        others.print();
    }

    private static double peak(int threads, IntFunction<ClosedLoop.Caller> callers) throws Exception {
        double peak = 0;
        for (int round = 0; round < 3; round++) {
            ClosedLoop loop = new ClosedLoop(WARM_UP, TIME);
            peak = Math.max(peak, loop.rowsPerSecond(threads, ClosedLoop.Threads.PLATFORM, callers));
        }
        return peak;
    }

    /** What became of the calls in all rounds. */
    private static final class Overload {
        private final String name;
        private final double peak;
        private final List<Double> goodput = new ArrayList<>();
        private final List<Double> tail = new ArrayList<>();
        private final List<Double> refusal = new ArrayList<>();
        private long answered;
        private long refused;
        private long expired;

        Overload(String name, double peak) {
            this.name = name;
            this.peak = peak;
        }

        void measure(int round, OpenLoop.Target target) {
            OpenLoop.Result result = new OpenLoop(WARM_UP, TIME, round).run(2 * peak, target);
            goodput.add(result.goodput(DEADLINE));
            tail.add(result.answerNanos(99) / 1e6);
            refusal.add(result.refusalNanos(99) / 1e6);
            answered += result.answered();
            refused += result.refused();
            expired += result.expired();
        }

        void print() {
            double inTime = Figures.median(goodput);
            Figures.row(
                    "%-14s %.0f calls per second; in time: %.0f, %.2f of the peak; 99 of 100 answered within %.1f ms",
                    name, 2 * peak, inTime, inTime / peak, Figures.median(tail));
            Figures.row(
                    "%-14s %d answered, %d refused (99 of 100 within %.3f ms), %d expired",
                    "", answered, refused, Figures.median(refusal), expired);
            Figures.print("load.double." + name + ".goodput.ratio", inTime / peak, "x");
            Figures.print("load.double." + name + ".accepted.p99", Figures.median(tail), "ms");
            Figures.print("load.double." + name + ".refusal.p99", Figures.median(refusal), "ms");
        }
    }
}
