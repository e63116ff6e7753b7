package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GridSearchTest {
    private static final Settings SOUND = new Settings(1, 0.01);
    private static final Settings TIMID = new Settings(1e-4, 0.01);
    private static final Settings BOLD = new Settings(50, 0);

    private final Messages messages = Messages.samples().sample(240, 1);

    private static List<Candidate> run(GridSearch search, Messages messages) throws InterruptedException {
        return search.run(messages, WordForm.PLAIN, false, () -> {});
    }

    @Test
    void eachSettingIsTriedOnEachFold() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        GridSearch search = new GridSearch(List.of(SOUND, TIMID), 3, 4, 1);

        List<Candidate> candidates = search.run(messages, WordForm.PLAIN, false, tries::incrementAndGet);

        assertThat(tries).hasValue(6);
        assertThat(search.tries()).isEqualTo(6);
        assertThat(candidates).extracting(Candidate::settings).containsExactly(SOUND, TIMID);
    }

    @Test
    void aResultDoesNotDependOnWhatElseIsTried() throws InterruptedException {
        Candidate alone = run(new GridSearch(List.of(SOUND), 3, 6, 1), messages).get(0);
        Candidate among = run(new GridSearch(List.of(BOLD, TIMID, SOUND), 3, 6, 1), messages)
                .get(2);

        assertThat(among).isEqualTo(alone);
    }

    @Test
    void aTrainingThatGetsWorseIsBrokenOff() throws InterruptedException {
        Candidate bold = run(new GridSearch(List.of(BOLD), 3, 40, 1), messages).get(0);

        assertThat(bold.losses().size()).isLessThan(40);
    }

    @Test
    void aTrainingThatKeepsImprovingRunsToTheEnd() throws InterruptedException {
        Candidate timid =
                run(new GridSearch(List.of(TIMID), 3, 12, 1), messages).get(0);

        assertThat(timid.epochs()).isEqualTo(12);
        assertThat(timid.losses()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    /** A model that had seen the held-out messages would know their one word; without it, it can only guess. */
    @Test
    void heldOutMessagesAreNotSeen() throws InterruptedException {
        List<Message> unique = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            unique.add(new Message("word" + i, i % 2 == 0 ? "even" : "odd"));
        }

        Candidate candidate = run(new GridSearch(List.of(SOUND), 3, 10, 1), Messages.of(unique))
                .get(0);

        assertThat(candidate.accuracy()).isEqualTo(0.5);
        assertThat(candidate.loss()).isGreaterThan(0.65);
    }
}
