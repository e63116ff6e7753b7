package dev.maas.examples.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Learns to classify texts: logistic regression on words, with its settings chosen by cross-validation.
 *
 * <p>The same messages and seed give the same model, bit for bit, however many processors take part. Immutable: each method returns
 * a trainer with one thing changed.
 */
public final class TextTrainer {
    private static final int FOLDS = 3;
    private static final int MAX_EPOCHS = 20;

    /** Settings that are best for so many messages are good enough for more; a search on all would take long. */
    private static final int SEARCH_MESSAGES = 2_500;

    private final WordForm form;
    private final boolean withPairs;
    private final List<Settings> grid;
    private final long seed;
    private final Progress progress;

    private TextTrainer(WordForm form, boolean withPairs, List<Settings> grid, long seed, Progress progress) {
        this.form = form;
        this.withPairs = withPairs;
        this.grid = grid;
        this.seed = seed;
        this.progress = progress;
    }

    /** Returns a trainer for a first attempt: single words as they are, two settings. */
    public static TextTrainer simple() {
        return new TextTrainer(WordForm.PLAIN, false, grid(List.of(0.5), List.of(0.1, 1.0)), 0, (done, total) -> {});
    }

    /** Returns a trainer that does better: words without their endings, pairs of neighbours, nine settings. */
    public static TextTrainer thorough() {
        return new TextTrainer(
                WordForm.STEM, true, grid(List.of(1.0, 2.0, 4.0), List.of(0.003, 0.01, 0.03)), 0, (done, total) -> {});
    }

    private static List<Settings> grid(List<Double> learningRates, List<Double> penalties) {
        List<Settings> grid = new ArrayList<>();
        for (double learningRate : learningRates) {
            for (double l2 : penalties) {
                grid.add(new Settings(learningRate, l2));
            }
        }
        return List.copyOf(grid);
    }

    /** Returns this trainer with another seed for its random choices. */
    public TextTrainer seed(long newSeed) {
        return new TextTrainer(form, withPairs, grid, newSeed, progress);
    }

    /** Returns this trainer with a listener for its progress. */
    public TextTrainer progress(Progress listener) {
        return new TextTrainer(form, withPairs, grid, seed, listener);
    }

    /** Returns this trainer with these settings and no others to choose from. */
    public TextTrainer settings(Settings... choices) {
        return new TextTrainer(form, withPairs, List.of(choices), seed, progress);
    }

    /** Returns what the trainer looks at, in words. */
    public String describe() {
        return form == WordForm.STEM ? "word stems and pairs of them" : "words";
    }

    /**
     * Chooses the settings, then learns from all the messages with them. Blocks until done.
     *
     * @throws InterruptedException if the calling thread is interrupted meanwhile
     */
    public Training train(Messages messages) throws InterruptedException {
        GridSearch search = new GridSearch(grid, FOLDS, MAX_EPOCHS, seed);
        Counter counter = new Counter(search.tries() + 1, progress);
        List<Candidate> candidates = search.run(messages.sample(SEARCH_MESSAGES, seed), form, withPairs, counter::next);
        Candidate chosen = candidates.stream()
                .min(Comparator.comparingDouble(Candidate::loss))
                .orElseThrow();

        List<String> texts = messages.all().stream().map(Message::text).toList();
        TextFeatures features = TextFeatures.of(texts, form, withPairs);
        LinearFit fit = new LinearFit(features, messages, chosen.settings(), seed);
        List<Double> losses = new ArrayList<>();
        for (int epoch = 0; epoch < chosen.epochs(); epoch++) {
            losses.add(fit.epoch());
        }
        TextClassifier classifier = fit.finish(features, messages);
        counter.next();
        return new Training(classifier, candidates, chosen, losses);
    }

    /** Counts for the listener, one thread at a time. */
    private static final class Counter {
        private final int total;
        private final Progress progress;
        private int done; // guarded by this

        Counter(int total, Progress progress) {
            this.total = total;
            this.progress = progress;
        }

        synchronized void next() {
            progress.advanced(++done, total);
        }
    }
}
