package dev.maas.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/** How many rows per second 1 to 64 callers get who wait for each result, and 64 who do not. */
final class CallersReport {
    private static final int[] CALLERS = {1, 2, 8, 64};
    private static final int ROUNDS = 5;
    private static final int ASYNC_THREADS = 2;
    private static final int ASYNC_WINDOW = 64;

    private final ClosedLoop loop = new ClosedLoop(Duration.ofMillis(400), Duration.ofMillis(800));
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    void run(Mlp... models) throws Exception {
        for (Mlp model : models) {
            try (Contenders contenders = new Contenders(model)) {
                for (int round = 1; round <= ROUNDS; round++) {
                    System.out.println("callers: " + model + ", round " + round + " of " + ROUNDS);
                    measure(contenders);
                }
            }
            print(model);
            samples.clear();
        }
    }

    private void measure(Contenders contenders) throws Exception {
        keep("limit", contenders.limit(new ClosedLoop(Duration.ofMillis(100), Duration.ofMillis(250))));
        for (int callers : CALLERS) {
            keep("direct." + callers, platform(callers, contenders.direct()));
            keep("maas." + callers, platform(callers, contenders.maas()));
            keep("djl." + callers, platform(callers, contenders.djl()));
        }
        keep("async.64", platform(1, contenders.maasChains(ASYNC_WINDOW)));
        keep("joined.64", platform(ASYNC_THREADS, contenders.maasAsync(ASYNC_WINDOW / ASYNC_THREADS)));
        keep("joined.2048", platform(ASYNC_THREADS, contenders.maasAsync(1_024)));
        if (ClosedLoop.Threads.virtualAvailable()) {
            keep("virtual.64", loop.rowsPerSecond(64, ClosedLoop.Threads.VIRTUAL, contenders.maas()));
        }
    }

    private double platform(int callers, IntFunction<ClosedLoop.Caller> caller) throws Exception {
        return loop.rowsPerSecond(callers, ClosedLoop.Threads.PLATFORM, caller);
    }

    private void keep(String name, double value) {
        samples.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    }

    private void print(Mlp model) {
        Figures.title(
                "Rows per second, %s, medians of %d rounds; limit: the plain runtime on ready-made batches",
                model, ROUNDS);
        Figures.row("%-14s %14s %10s %10s", "", "rows/s", "to limit", "to direct");
        for (String name : samples.keySet()) {
            double direct = ratio(name, "direct." + name.substring(name.indexOf('.') + 1));
            Figures.row("%-14s %14.0f %10.2f %10.2f", name, median(name), ratio(name, "limit"), direct);
            String figure = "callers." + model.name().toLowerCase(Locale.ROOT) + "." + name;
            Figures.print(figure + ".rate", median(name), "rows/s");
            Figures.print(figure + ".of_limit", ratio(name, "limit"), "x");
            if (!Double.isNaN(direct)) {
                Figures.print(figure + ".of_direct", direct, "x");
            }
        }
    }

    private double median(String name) {
        List<Double> values = samples.get(name);
        return values == null ? Double.NaN : Figures.median(values);
    }

    /** The median of the ratios round by round, which a machine that slows down and speeds up disturbs less. */
    private double ratio(String name, String base) {
        List<Double> values = samples.get(name);
        List<Double> bases = samples.get(base);
        if (values == null || bases == null) {
            return Double.NaN;
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / bases.get(i));
        }
        return Figures.median(ratios);
    }
}
