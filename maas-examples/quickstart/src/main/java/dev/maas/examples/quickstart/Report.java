package dev.maas.examples.quickstart;

import dev.maas.ModelVersion;
import dev.maas.Predictor;
import dev.maas.examples.terminal.Table;
import dev.maas.examples.terminal.Terminal;
import dev.maas.examples.text.Candidate;
import dev.maas.examples.text.Evaluation;
import dev.maas.examples.text.Evaluation.ClassQuality;
import dev.maas.examples.text.Message;
import dev.maas.examples.text.Messages;
import dev.maas.examples.text.TextClassifier;
import dev.maas.examples.text.Training;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Prints how trainings went and how good their models are. Safe for use by any thread. */
final class Report {
    /** With more classes than these a table of all pairs is too wide to read. */
    private static final int MATRIX_CLASSES = 12;

    private static final int LONGEST_LIST = 10;
    private static final int BAR = 30;
    private static final int LONGEST_TEXT = 60;

    private final Terminal terminal;

    Report(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Prints every setting that was tried, and the loss in each epoch of the chosen one. */
    void training(String version, Training training) {
        Table grid = new Table("learning rate", "L2", "epochs", "validation loss", "accuracy", "");
        for (Candidate candidate : training.candidates()) {
            grid.row(
                    candidate.settings().learningRate(),
                    candidate.settings().l2(),
                    candidate.epochs(),
                    decimal(candidate.loss()),
                    percent(candidate.accuracy()),
                    candidate.equals(training.chosen()) ? "<- chosen" : "");
        }
        terminal.table(grid);

        Table epochs = new Table(version + " epoch", "training loss", "validation loss", "");
        List<Double> validation = training.chosen().losses();
        for (int i = 0; i < training.losses().size(); i++) {
            double loss = validation.get(i);
            String bar = "#".repeat((int) Math.round(BAR * loss / validation.get(0)));
            epochs.row(i + 1, decimal(training.losses().get(i)), decimal(loss), bar);
        }
        terminal.table(epochs);
    }

    /** Prints the figures of the versions side by side. */
    void comparison(List<Version> versions) {
        Table table = new Table("version", "accuracy", "right", "macro F1", "log loss", "model size");
        for (Version version : versions) {
            Evaluation evaluation = version.evaluation();
            table.row(
                    version.name(),
                    percent(evaluation.accuracy()),
                    evaluation.right(),
                    decimal(evaluation.macroF1()),
                    decimal(evaluation.loss()),
                    version.classifier().toOnnx().length / 1000 + " kB");
        }
        terminal.table(table);
    }

    /** Prints what a version gets right and wrong, class by class. */
    void evaluation(Version version) {
        Evaluation evaluation = version.evaluation();
        classes(version.name(), evaluation);
        if (evaluation.labels().size() <= MATRIX_CLASSES) {
            matrix(version.name(), evaluation);
        } else {
            confusions(version.name(), evaluation);
        }
    }

    private void classes(String version, Evaluation evaluation) {
        List<ClassQuality> classes = new ArrayList<>(evaluation.classes());
        String head = version + " by category";
        if (classes.size() > MATRIX_CLASSES) {
            classes.sort(Comparator.comparingDouble(ClassQuality::f1));
            classes = classes.subList(0, LONGEST_LIST);
            head = version + ", the weakest " + LONGEST_LIST + " of "
                    + evaluation.labels().size() + " categories";
        }
        Table table = new Table(head, "precision", "recall", "F1", "messages");
        for (ClassQuality quality : classes) {
            table.row(
                    quality.label(),
                    percent(quality.precision()),
                    percent(quality.recall()),
                    decimal(quality.f1()),
                    quality.messages());
        }
        terminal.table(table);
    }

    /** Truths are rows, predictions are columns; what is right lies on the diagonal. */
    private void matrix(String version, Evaluation evaluation) {
        int size = evaluation.labels().size();
        String[] heads = new String[size + 1];
        heads[0] = version + " was / put into";
        for (int i = 0; i < size; i++) {
            heads[i + 1] = String.valueOf(i + 1);
        }
        Table table = new Table(heads);
        for (int truth = 0; truth < size; truth++) {
            Object[] cells = new Object[size + 1];
            cells[0] = (truth + 1) + " " + evaluation.labels().get(truth);
            for (int predicted = 0; predicted < size; predicted++) {
                int count = evaluation.count(truth, predicted);
                cells[predicted + 1] = count == 0 ? "." : count;
            }
            table.row(cells);
        }
        terminal.table(table);
    }

    private record Confusion(String truth, String predicted, int count) {}

    private void confusions(String version, Evaluation evaluation) {
        List<Confusion> all = new ArrayList<>();
        List<String> labels = evaluation.labels();
        for (int truth = 0; truth < labels.size(); truth++) {
            for (int predicted = 0; predicted < labels.size(); predicted++) {
                if (truth != predicted && evaluation.count(truth, predicted) > 0) {
                    all.add(new Confusion(
                            labels.get(truth), labels.get(predicted), evaluation.count(truth, predicted)));
                }
            }
        }
        all.sort(Comparator.comparingInt(Confusion::count).reversed());
        Table table = new Table(version + ", most often confused: was", "put into", "messages");
        all.stream().limit(LONGEST_LIST).forEach(c -> table.row(c.truth, c.predicted, c.count));
        terminal.table(table);
    }

    /** Prints what the registry made of a package. */
    void published(ModelVersion version) {
        String digest = version.digest().substring(0, 19);
        terminal.line("%s  %s...  %d kB", version.ref(), digest, version.byteSize() / 1000);
    }

    /** Classifies texts and prints what comes out. */
    void verdicts(Predictor<String, Verdict> predictor, List<String> texts) {
        Table table = new Table("category", "sure", "text");
        List<Verdict> verdicts = predictor.predictAll(texts);
        for (int i = 0; i < texts.size(); i++) {
            Verdict verdict = verdicts.get(i);
            table.row(verdict.label(), percent(verdict.confidence()), shortened(texts.get(i)));
        }
        terminal.table(table);
    }

    /** Prints whether anybody noticed that the version changed. */
    void move(AliasMove.Outcome outcome) {
        terminal.table(new Table("calls", "answered by")
                .row(outcome.fromOld(), "the old version")
                .row(outcome.fromNew(), "the new version")
                .row(outcome.mixed(), "a mix of both")
                .row(outcome.failed(), "an error"));
        terminal.line(
                "The first answer of the new version came %d ms after the move.",
                outcome.delay().toMillis());
    }

    /** Prints whether the service says what the trained model does. */
    void agreement(Predictor<String, Verdict> predictor, TextClassifier trained, Messages messages) {
        List<String> texts = messages.all().stream().map(Message::text).toList();
        List<Verdict> verdicts = predictor.predictAll(texts);
        long same = IntStream.range(0, texts.size())
                .filter(i -> verdicts.get(i).label().equals(trained.classify(texts.get(i))))
                .count();
        terminal.line("");
        terminal.line(
                "%d of %d test messages get the same label from the service as from the trainer.", same, texts.size());
    }

    private static String shortened(String text) {
        if (text.codePointCount(0, text.length()) <= LONGEST_TEXT) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, LONGEST_TEXT - 3)) + "...";
    }

    static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String decimal(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
