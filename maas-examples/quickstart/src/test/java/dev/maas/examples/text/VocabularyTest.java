package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
    private static int number(Vocabulary vocabulary, String word) {
        return vocabulary.numbers(word)[0];
    }

    @Test
    void onlyBlanksSeparateTokens() {
        assertThat(Vocabulary.tokens("  a  b\tc\nd \u00a0 e ")).containsExactly("a", "b\tc\nd", "\u00a0", "e");
        assertThat(Vocabulary.tokens("   ")).isEmpty();
    }

    @Test
    void caseAndPunctuationDoNotMatter() {
        Vocabulary vocabulary = Vocabulary.of(List.of("Where is my refund?"), WordForm.PLAIN);

        assertThat(vocabulary.size()).isEqualTo(4);
        assertThat(Stream.of("refund", "Refund", "REFUND", "refund.", "Refund!", "REFUND?", "refund,")
                        .map(spelling -> number(vocabulary, spelling)))
                .containsOnly(number(vocabulary, "refund"))
                .doesNotContain(Vocabulary.UNKNOWN);
    }

    @Test
    void aSpellingSeenInTrainingIsKnownHoweverOdd() {
        Vocabulary vocabulary = Vocabulary.of(List.of("(**reFund**) refund"), WordForm.PLAIN);

        assertThat(vocabulary.numbers("(**reFund**)")).isEqualTo(vocabulary.numbers("refund"));
        assertThat(vocabulary.numbers("((reFund))")).containsExactly(Vocabulary.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "return, returns returned? returning RETURN!",
        "delivery, deliveries Delivery. delivery's",
        "ship, shipped shipping ships",
        "cancel, cancelled cancels",
        "called, call calls calling",
        "change, changed changing changes",
        "box, boxes",
    })
    void stemsTieInflectionsTogetherEvenUnseenOnes(String seen, String others) {
        Vocabulary vocabulary = Vocabulary.of(List.of("x " + seen), WordForm.STEM);

        for (String other : Vocabulary.tokens(others)) {
            assertThat(vocabulary.numbers(other)).as(other).isEqualTo(vocabulary.numbers(seen));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"is", "this", "bus", "less", "sing", "red", "as", "us"})
    void shortWordsKeepTheirEndings(String word) {
        assertThat(WordForm.STEM.of(word)).isEqualTo(word);
    }

    @Test
    void whatHasNoLetterOrDigitIsNoWord() {
        Vocabulary vocabulary = Vocabulary.of(List.of("?! -- \u2764 \ud83d\ude00 ok"), WordForm.STEM);

        assertThat(vocabulary.size()).isEqualTo(1);
        assertThat(vocabulary.numbers("?! ok")).containsExactly(Vocabulary.UNKNOWN, 0);
    }

    @Test
    void spellingsThatTheRuntimeCannotMatchAreLeftOut() {
        Vocabulary vocabulary = Vocabulary.of(List.of("ok\ud83d\ude00 nul\u0000l ok"), WordForm.PLAIN);

        assertThat(vocabulary.numbers("ok\ud83d\ude00 nul\u0000l ok"))
                .containsExactly(Vocabulary.UNKNOWN, Vocabulary.UNKNOWN, number(vocabulary, "ok"));
    }

    @Test
    void noSpellingBelongsToAnotherWord() {
        List<String> texts =
                Messages.samples().all().stream().map(Message::text).toList();
        for (WordForm form : WordForm.values()) {
            Vocabulary vocabulary = Vocabulary.of(texts, form);
            List<String> words = texts.stream()
                    .flatMap(text -> Vocabulary.tokens(text).stream())
                    .map(form::of)
                    .filter(word -> !word.isEmpty())
                    .distinct()
                    .sorted()
                    .toList();
            assertThat(vocabulary.size()).isEqualTo(words.size());
            vocabulary
                    .spellings()
                    .forEach((spelling, number) ->
                            assertThat(form.of(spelling)).as(spelling).isEqualTo(words.get(number)));
        }
    }
}
