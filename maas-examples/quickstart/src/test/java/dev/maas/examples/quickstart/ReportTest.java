package dev.maas.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.examples.terminal.Terminal;
import dev.maas.examples.text.Evaluation;
import dev.maas.examples.text.Message;
import dev.maas.examples.text.Messages;
import dev.maas.examples.text.Settings;
import dev.maas.examples.text.TextTrainer;
import dev.maas.examples.text.Training;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Captured captured = new Captured();
    private final Report report = new Report(new Terminal(captured.stream(), false, false));

    /** Each text is the name of its category, so that the trained model knows them all. */
    private static Messages messages(int categories) {
        List<Message> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            for (int category = 0; category < categories; category++) {
                all.add(new Message("word" + category, "kind" + category));
            }
        }
        return Messages.of(all);
    }

    private static Training train(int categories) throws InterruptedException {
        return TextTrainer.simple()
                .settings(new Settings(0.5, 0.1), new Settings(0.5, 5))
                .train(messages(categories));
    }

    private static Version version(Training training, Messages tests) {
        return new Version("v1", training, Evaluation.of(training.classifier(), tests));
    }

    @Test
    void aTrainingShowsEverySettingAndEveryEpoch() throws InterruptedException {
        Training training = train(3);

        report.training("v1", training);

        String text = captured.text();
        assertThat(text).containsPattern("learning rate +L2 +epochs +validation loss +accuracy");
        assertThat(text.lines().filter(line -> line.startsWith("            0.5")))
                .hasSize(2);
        assertThat(text.lines().filter(line -> line.contains("<- chosen"))).hasSize(1);
        assertThat(text.lines().filter(line -> line.endsWith("#")))
                .hasSize(training.chosen().epochs());
    }

    @Test
    void fewCategoriesGiveAConfusionMatrix() throws InterruptedException {
        Messages tests = Messages.of(List.of(
                new Message("word0", "kind0"),
                new Message("word1", "kind1"),
                new Message("word2", "kind2"),
                new Message("word0", "kind2")));

        report.evaluation(version(train(3), tests));

        assertThat(captured.text())
                .contains(
                        "  v1 by category  precision   recall     F1  messages\n",
                        "  kind0              50.0 %  100.0 %  0.667         1\n",
                        "  kind2             100.0 %   50.0 %  0.667         2\n",
                        "  v1 was / put into  1  2  3\n",
                        "  1 kind0            1  .  .\n",
                        "  3 kind2            1  .  1\n");
    }

    @Test
    void manyCategoriesGiveTheWeakestAndTheMostConfused() throws InterruptedException {
        List<Message> tests = new ArrayList<>(messages(13).all());
        tests.add(new Message("word3", "kind7"));
        tests.add(new Message("word3", "kind7"));

        report.evaluation(version(train(13), Messages.of(tests)));

        assertThat(captured.text())
                .contains("the weakest 10 of 13 categories")
                .containsPattern("kind7 +kind3 +2\n")
                .doesNotContain("put into  1");
        assertThat(captured.text().lines().filter(line -> line.contains(" %"))).hasSize(10);
    }

    @Test
    void versionsAreComparedSideBySide() throws InterruptedException {
        Version version = version(train(3), messages(3));

        report.comparison(List.of(version, new Version("v2", version.training(), version.evaluation())));

        assertThat(captured.text()).containsPattern("v1 +100.0 % +18 +1.000 +0\\.[0-9]{3} +[0-9]+ kB\n");
        assertThat(captured.text()).containsPattern("v2 +100.0 % +18 +1.000 +0\\.[0-9]{3} +[0-9]+ kB\n");
    }

    @Test
    void aLongTextIsShortenedBetweenCharacters() {
        String text = "x".repeat(56) + "\ud83d\ude00".repeat(10);

        report.verdicts(any -> new Verdict("kind", Map.of("kind", 0.5f)), List.of("short", text));

        assertThat(captured.text())
                .contains("  kind      50.0 %  short\n")
                .contains("  kind      50.0 %  " + "x".repeat(56) + "\ud83d\ude00...\n");
    }

    @Test
    void aMoveShowsAllCounts() {
        report.move(new AliasMove.Outcome(2001, 2002, 3, 4, Duration.ofMillis(5)));

        assertThat(captured.text())
                .contains("2001  the old version", "2002  the new version", "   3  a mix of both", "   4  an error")
                .contains("came 5 ms after the move");
    }

    @Test
    void agreementCountsTheMessagesThatGetTheTrainersLabel() throws InterruptedException {
        Training training = train(3);

        report.agreement(
                text -> new Verdict(
                        text.equals("word1") ? "other" : training.classifier().classify(text), Map.of()),
                training.classifier(),
                messages(3));

        assertThat(captured.text()).contains("12 of 18 test messages get the same label");
    }
}
