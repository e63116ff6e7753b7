package dev.maas.benchmarks;

import dev.maas.EngineException;
import dev.maas.Predictor;
import dev.maas.rollout.Canary;
import dev.maas.rollout.CanaryReport;
import dev.maas.rollout.CanaryReport.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Simulates rollouts with a canary and prints how often an equal candidate was rolled back, and how many calls a worse one took to be
 * found. Models are coins, so that nothing but the decisions is measured.
 */
final class RolloutReport {
    private static final int ROLLOUTS = 2000;
    private static final int LIFE = 2000;
    private static final double SHARE = 0.1;
    private static final double BASELINE = 0.05;

    private final SplittableRandom random = new SplittableRandom(20_261_123);

    void run() {
        Figures.title(
                "Canary: %d rollouts each, %.0f %% of calls, %.0f %% failures before, alpha 0.05",
                ROLLOUTS, 100 * SHARE, 100 * BASELINE);
        falseAlarms("failures alone, never promoted", "canary.false.alarms", false, true);
        falseAlarms("failures and latency, never promoted", "canary.false.alarms.two", true, true);
        falseAlarms("failures alone, promoted when no worse", "canary.false.alarms.promoting", false, false);
        detection("failures alone, 5 % to 10 %", "canary.detection", false, 0.1);
        detection("failures and latency, 5 % to 10 %", "canary.detection.two", true, 0.1);
        detection("failures alone, 5 % to 20 %", "canary.detection.grave", false, 0.2);
    }

    private Predictor<Integer, Integer> coin(double failureRate) {
        return input -> {
            if (random.nextDouble() < failureRate) {
                throw new EngineException("the coin says so");
            }
            return input;
        };
    }

    private Canary<Integer, Integer> canary(double candidate, boolean latency, boolean lasting) {
        Canary.Builder<Integer, Integer> builder =
                Canary.between(coin(BASELINE), coin(candidate)).share(SHARE);
        if (latency) {
            builder.slowerThan(Duration.ofSeconds(1));
        }
        if (lasting) {
            builder.minCalls(Long.MAX_VALUE);
        }
        return builder.build();
    }

    /** Calls until it is decided or the candidate had that many calls; returns how many it had. */
    private static long live(Canary<Integer, Integer> canary, int calls) {
        int made = 0;
        while (true) {
            // Reports are not free; a look now and then is enough, as decided canaries count no more calls.
            for (int i = 0; i < 100; i++) {
                try {
                    int unused = canary.predict(made++);
                } catch (EngineException e) {
                    // What the canary counts.
                }
            }
            CanaryReport report = canary.report();
            long candidateCalls = report.measures().get(0).candidateCalls();
            if (report.state() != State.RUNNING || candidateCalls >= calls) {
                return candidateCalls;
            }
        }
    }

    private void falseAlarms(String what, String figure, boolean latency, boolean lasting) {
        int wrong = 0;
        int promoted = 0;
        for (int i = 0; i < ROLLOUTS; i++) {
            Canary<Integer, Integer> canary = canary(BASELINE, latency, lasting);
            long unused = live(canary, LIFE);
            wrong += canary.report().state() == State.ROLLED_BACK ? 1 : 0;
            promoted += canary.report().state() == State.PROMOTED ? 1 : 0;
        }
        Figures.row(
                "%-42s rolled back %.4f, promoted %.4f", what, wrong / (double) ROLLOUTS, promoted / (double) ROLLOUTS);
        Figures.print(figure, wrong / (double) ROLLOUTS, "ratio");
    }

    private void detection(String what, String figure, boolean latency, double candidate) {
        List<Double> calls = new ArrayList<>();
        int found = 0;
        for (int i = 0; i < ROLLOUTS; i++) {
            Canary<Integer, Integer> canary = canary(candidate, latency, true);
            calls.add((double) live(canary, 20 * LIFE));
            found += canary.report().state() == State.ROLLED_BACK ? 1 : 0;
        }
        double median = Figures.median(calls);
        Figures.row("%-42s found %.4f, median of %.0f calls", what, found / (double) ROLLOUTS, median);
        Figures.print(figure + ".median", median, "calls");
    }
}
