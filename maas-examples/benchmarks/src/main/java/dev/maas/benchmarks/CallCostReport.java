package dev.maas.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link CallCost} in several rounds, each contender once per round in a fresh JVM, and prints the medians as ratios. */
final class CallCostReport {
    private static final List<String> CONTENDERS = List.of("rawPinned", "maas", "rawDocumented", "djl");
    private static final int ROUNDS = 5;

    private final Map<String, List<Double>> nanos = new TreeMap<>();
    private final Map<String, List<Double>> bytes = new TreeMap<>();

    void run() throws RunnerException {
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.println("call: round " + round + " of " + ROUNDS);
            Options options = new OptionsBuilder()
                    .include(CallCost.class.getName() + "\\..*")
                    .forks(1)
                    .warmupIterations(2)
                    .warmupTime(TimeValue.milliseconds(700))
                    .measurementIterations(3)
                    .measurementTime(TimeValue.milliseconds(700))
                    .addProfiler(GCProfiler.class)
                    .verbosity(VerboseMode.SILENT)
                    .build();
            new Runner(options).run().forEach(this::keep);
        }
        for (Mlp model : Mlp.values()) {
            print(model);
        }
    }

    private void keep(RunResult result) {
        String key = result.getParams().getParam("model") + "." + shortName(result);
        nanos.computeIfAbsent(key, unused -> new ArrayList<>())
                .add(result.getPrimaryResult().getScore());
        Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (allocated != null) {
            bytes.computeIfAbsent(key, unused -> new ArrayList<>()).add(allocated.getScore());
        }
    }

    private static String shortName(RunResult result) {
        String name = result.getParams().getBenchmark();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private void print(Mlp model) {
        Figures.title("One call, %s, medians of %d rounds", model, ROUNDS);
        Figures.row("%-14s %10s %10s %10s", "", "ns", "to raw", "bytes");
        double base = median(nanos, model + ".rawPinned");
        for (String contender : CONTENDERS) {
            String key = model + "." + contender;
            double median = median(nanos, key);
            double allocated = median(bytes, key);
            Figures.row("%-14s %10.0f %10.2f %10.0f", contender, median, median / base, allocated);
            String figure = "call." + key.toLowerCase(Locale.ROOT);
            Figures.print(figure + ".time", median, "ns");
            Figures.print(figure + ".ratio", median / base, "x");
            Figures.print(figure + ".allocated", allocated, "B");
        }
    }

    private static double median(Map<String, List<Double>> samples, String key) {
        List<Double> values = samples.get(key);
        return values == null ? Double.NaN : Figures.median(values);
    }
}
