package dev.maas.examples.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * Tries settings by cross-validation, as many at once as there are processors.
 *
 * <p>Each try has its own random numbers from the seed, so the result does not depend on which thread ran what. Immutable.
 */
final class GridSearch {
    /** A training that has not improved on the held-out messages for so many epochs will not any more. */
    private static final int PATIENCE = 2;

    private final List<Settings> grid;
    private final int folds;
    private final int maxEpochs;
    private final long seed;

    GridSearch(List<Settings> grid, int folds, int maxEpochs, long seed) {
        this.grid = List.copyOf(grid);
        this.folds = folds;
        this.maxEpochs = maxEpochs;
        this.seed = seed;
    }

    /** What a fold's trainings share. */
    private record Fold(TextFeatures features, Messages train, Messages validation) {}

    /** Returns how many tries a search makes. */
    int tries() {
        return grid.size() * folds;
    }

    /** Returns how each of the settings did; calls {@code tried} after each try, one at a time. */
    List<Candidate> run(Messages messages, WordForm form, boolean withPairs, Runnable tried)
            throws InterruptedException {
        List<Fold> parts = messages.folds(folds, seed).stream()
                .map(split -> fold(split, form, withPairs))
                .toList();
        List<Callable<List<LinearFit.Quality>>> jobs = new ArrayList<>();
        for (Settings settings : grid) {
            for (Fold fold : parts) {
                jobs.add(() -> {
                    List<LinearFit.Quality> curve = curve(settings, fold);
                    tried.run();
                    return curve;
                });
            }
        }
        List<List<LinearFit.Quality>> curves = runAll(jobs);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < grid.size(); i++) {
            candidates.add(candidate(grid.get(i), curves.subList(i * folds, (i + 1) * folds)));
        }
        return candidates;
    }

    private static Fold fold(Messages.Split split, WordForm form, boolean withPairs) {
        List<String> texts = split.train().all().stream().map(Message::text).toList();
        return new Fold(TextFeatures.of(texts, form, withPairs), split.train(), split.test());
    }

    /** Returns the quality on the held-out messages after each epoch. */
    private List<LinearFit.Quality> curve(Settings settings, Fold fold) {
        LinearFit fit = new LinearFit(fold.features, fold.train, settings, seed);
        List<LinearFit.Quality> curve = new ArrayList<>();
        int best = 0;
        while (curve.size() < maxEpochs && curve.size() - best <= PATIENCE) {
            fit.epoch();
            curve.add(fit.measure(fold.features, fold.validation));
            if (curve.get(curve.size() - 1).loss() < curve.get(best).loss()) {
                best = curve.size() - 1;
            }
        }
        return curve;
    }

    private static Candidate candidate(Settings settings, List<List<LinearFit.Quality>> curves) {
        int epochs = curves.stream().mapToInt(List::size).min().orElseThrow();
        List<Double> losses = new ArrayList<>();
        for (int epoch = 0; epoch < epochs; epoch++) {
            losses.add(mean(curves, epoch, LinearFit.Quality::loss));
        }
        int best = losses.indexOf(Collections.min(losses));
        return new Candidate(settings, losses, best + 1, mean(curves, best, LinearFit.Quality::accuracy));
    }

    private static double mean(
            List<List<LinearFit.Quality>> curves, int epoch, ToDoubleFunction<LinearFit.Quality> figure) {
        return curves.stream()
                .map(curve -> curve.get(epoch))
                .mapToDouble(figure)
                .average()
                .orElseThrow();
    }

    private static <T> List<T> runAll(List<Callable<T>> jobs) throws InterruptedException {
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : workers.invokeAll(jobs)) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("A training failed: " + e.getCause(), e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }
}
