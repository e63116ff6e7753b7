package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordFormTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "refund,        refund",
                "Refund?!,      refund",
                "(REFUND),      refund",
                "\"refund\",    refund",
                "can't,         can't",
                "can\u2019t,    can't",
                "e-mail,        e-mail",
                "$4.99,         4.99",
                "100%,          100",
                "\u00c9clair,   \u00e9clair",
                "...,           ``",
                "\ud83d\udc4d,  ``",
            })
    void theWordIsWhatStandsBetweenItsFirstAndLastLetterOrDigit(String token, String word) {
        assertThat(WordForm.PLAIN.of(token)).isEqualTo(word);
    }

    @ParameterizedTest
    @CsvSource({
        "return,   return returns returned returning Returned! return's",
        "charge,   charge charges charged charging",
        "reply,    reply replies replied replying reply's",
        "try,      try tries tried trying",
        "box,      boxes boxed",
        "ship,     ship ships shipped shipping",
        "cancel,   cancel cancelled canceled cancelling canceling cancels",
        "address,  address addresses",
        "bill,     bill bills billed billing",
    })
    void inflectionsOfAWordHaveOneStem(String word, String inflections) {
        String stem = WordForm.STEM.of(word);
        for (String inflection : Vocabulary.tokens(inflections)) {
            assertThat(WordForm.STEM.of(inflection)).as(inflection).isEqualTo(stem);
        }
    }

    @ParameterizedTest
    @CsvSource({"product, produce", "order, ordinary", "cancel, candle", "account, amount", "late, later", "bus, bush"})
    void otherWordsHaveOtherStems(String one, String other) {
        assertThat(WordForm.STEM.of(one)).isNotEqualTo(WordForm.STEM.of(other));
    }

    @Test
    void lettersDoNotDependOnTheMachinesLanguage() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(WordForm.PLAIN.of("INVOICE")).isEqualTo("invoice");
            assertThat(WordForm.PLAIN.spellings("invoice")).contains("INVOICE");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void expectedSpellingsAreTheCommonOnes() {
        assertThat(WordForm.PLAIN.spellings("(app"))
                .containsExactlyInAnyOrder(
                        "(app", "app", "app.", "app,", "app?", "app!", "App", "App.", "App,", "App?", "App!", "APP",
                        "APP.", "APP,", "APP?", "APP!");
    }

    @Test
    void aSpellingThatWouldReadAsAnotherWordIsLeftOut() {
        // In upper case the German word turns into one with two S, which is read as another word.
        assertThat(WordForm.PLAIN.spellings("stra\u00dfe"))
                .contains("Stra\u00dfe")
                .doesNotContain("STRASSE");
    }

    @Test
    void everyExpectedSpellingHasTheFormItIsExpectedFor() {
        List<String> tokens = Messages.samples().all().stream()
                .flatMap(message -> Vocabulary.tokens(message.text()).stream())
                .distinct()
                .toList();
        for (WordForm form : WordForm.values()) {
            for (String token : tokens) {
                if (form.of(token).isEmpty()) {
                    continue;
                }
                Set<String> spellings = form.spellings(token);
                assertThat(spellings).contains(token);
                assertThat(spellings).allMatch(spelling -> form.of(spelling).equals(form.of(token)));
            }
        }
    }
}
