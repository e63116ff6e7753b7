package dev.maas.benchmarks;

import java.time.Duration;
import java.util.List;

/** The program: measures what its arguments name, and prints it. */
public final class Benchmarks {
    private static final List<String> ALL = List.of("call", "callers", "load", "swaps", "canary", "budget");

    private Benchmarks() {}

    /** Runs the benchmarks that are named, or all of them. */
    public static void main(String[] arguments) throws Exception {
        List<String> wanted = arguments.length == 0 || arguments[0].equals("all") ? ALL : List.of(arguments);
        System.out.printf(
                "JDK %s, %d processors%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors());
        for (String benchmark : wanted) {
            switch (benchmark) {
                case "call" -> new CallCostReport().run();
                case "callers" -> new CallersReport().run(Mlp.values());
                case "callers-small" -> new CallersReport().run(Mlp.SMALL);
                case "callers-medium" -> new CallersReport().run(Mlp.MEDIUM);
                case "callers-large" -> new CallersReport().run(Mlp.LARGE);
                case "load" -> new LoadReport().run();
                case "swaps" -> new SwapReport().run();
                case "canary" -> new RolloutReport().run();
                case "budget" -> new BudgetReport().run();
                case "native" -> new NativeReport().run();
                case "growth" -> new GrowthReport().run();
                case "stress" -> new StressReport(Duration.ofMinutes(1), 1).run();
                case "stress-long" -> new StressReport(Duration.ofMinutes(10), 1).run();
                default ->
                    throw new IllegalArgumentException("No benchmark is named '" + benchmark + "'; there are " + ALL
                            + ", growth, native, stress, stress-long and all");
            }
        }
    }
}
