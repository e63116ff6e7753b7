package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextTrainerTest {
    private final Messages messages = Messages.samples().sample(240, 1);
    private final TextTrainer trainer = TextTrainer.thorough();

    @Test
    void theSettingsOfLeastValidationLossAreChosen() throws InterruptedException {
        Settings hopeless = new Settings(1e-6, 10);
        Settings sound = new Settings(1, 0.01);

        Training training = trainer.settings(hopeless, sound).train(messages);

        assertThat(training.candidates()).extracting(Candidate::settings).containsExactly(hopeless, sound);
        assertThat(training.chosen().settings()).isEqualTo(sound);
        assertThat(training.chosen())
                .isEqualTo(Collections.min(training.candidates(), Comparator.comparingDouble(Candidate::loss)));
        assertThat(training.losses()).hasSize(training.chosen().epochs());
    }

    @Test
    void theWholeGridIsTried() throws InterruptedException {
        assertThat(trainer.train(messages).candidates())
                .extracting(Candidate::settings)
                .doesNotHaveDuplicates()
                .hasSize(9);
    }

    @Test
    void aCandidateStopsWhereItsLossIsLowest() throws InterruptedException {
        for (Candidate candidate : trainer.train(messages).candidates()) {
            assertThat(candidate.loss()).isEqualTo(Collections.min(candidate.losses()));
            assertThat(candidate.losses().size()).isBetween(candidate.epochs(), 20);
            assertThat(candidate.accuracy()).isBetween(0.3, 1.0);
        }
    }

    @Test
    void theSameSeedAndMessagesGiveTheSameModelBitForBit() throws InterruptedException {
        TextTrainer small = trainer.settings(new Settings(1, 0.01), new Settings(2, 0.01));

        byte[] first = small.seed(5).train(messages).classifier().toOnnx();
        byte[] second = small.seed(5).train(messages).classifier().toOnnx();
        byte[] other = small.seed(6).train(messages).classifier().toOnnx();

        assertThat(second).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void progressIsReportedOneByOneToTheEnd() throws InterruptedException {
        List<String> heard = new ArrayList<>(); // not synchronised: calls must not overlap

        trainer.settings(new Settings(1, 0.01), new Settings(2, 0.01))
                .progress((done, total) -> heard.add(done + "/" + total))
                .train(messages);

        assertThat(heard)
                .isEqualTo(IntStream.rangeClosed(1, 7).mapToObj(i -> i + "/7").toList());
    }

    @Test
    void aFailingListenerFailsTheTraining() {
        TextTrainer watched = trainer.settings(new Settings(1, 0.01)).progress((done, total) -> {
            throw new IllegalArgumentException("no more");
        });

        assertThatThrownBy(() -> watched.train(messages)).hasMessageContaining("no more");
    }

    @Test
    void anInterruptEndsTheTraining() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> trainer.train(messages)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void learnsWhatIsPlainToSee() throws InterruptedException {
        List<Message> plain = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            plain.add(new Message("the cat says meow " + i, "cat"));
            plain.add(new Message("the dog says woof " + i, "dog"));
        }
        TextClassifier classifier =
                TextTrainer.simple().train(Messages.of(plain)).classifier();

        assertThat(classifier.classify("MEOW!")).isEqualTo("cat");
        assertThat(classifier.classify("My dog.")).isEqualTo("dog");
        assertThat(classifier.scores("woof")).hasSize(2);
    }

    @Test
    void theThoroughModelBeatsTheSimpleOneOnMessagesNeitherHasSeen() throws InterruptedException {
        Messages.Split split = Messages.samples().split(0.2, 1);

        Evaluation simple =
                Evaluation.of(TextTrainer.simple().seed(1).train(split.train()).classifier(), split.test());
        Evaluation thorough = Evaluation.of(
                TextTrainer.thorough().seed(1).train(split.train()).classifier(), split.test());

        assertThat(simple.accuracy()).isGreaterThan(0.8);
        assertThat(thorough.accuracy()).isGreaterThan(0.85).isGreaterThan(simple.accuracy());
        assertThat(thorough.loss()).isLessThan(0.8 * simple.loss());
    }
}
