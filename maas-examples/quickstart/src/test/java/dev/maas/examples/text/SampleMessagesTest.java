package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the shipped data set to what its data card says. */
class SampleMessagesTest {
    /** Two messages share at most this part of the words they have between them. */
    private static final double MOST_ALIKE = 0.5;

    private final Messages messages = Messages.samples();

    @Test
    void thereAre1600MessagesIn8Categories() {
        assertThat(messages.size()).isEqualTo(1600);
        assertThat(messages.categories())
                .containsExactly(
                        "account",
                        "billing",
                        "cancellation",
                        "delivery",
                        "feedback",
                        "product",
                        "returns",
                        "technical");
    }

    @Test
    void theCategoriesAreOfOneSize() {
        Map<String, Long> sizes =
                messages.all().stream().collect(Collectors.groupingBy(Message::category, Collectors.counting()));

        assertThat(sizes.values()).containsOnly(200L);
    }

    @Test
    void theMessagesAreShortAndOfDifferentLengths() {
        List<Integer> words = messages.all().stream()
                .map(message -> Vocabulary.tokens(message.text()).size())
                .sorted()
                .toList();

        assertThat(words.get(0)).isLessThanOrEqualTo(2);
        assertThat(words.get(words.size() / 2)).isBetween(7, 15);
        assertThat(words.get(words.size() - 1)).isBetween(30, 60);
    }

    @Test
    void noTwoMessagesAreNearlyTheSame() {
        List<Set<String>> words =
                messages.all().stream().map(message -> words(message.text())).toList();
        for (int i = 0; i < words.size(); i++) {
            for (int j = i + 1; j < words.size(); j++) {
                assertThat(jaccard(words.get(i), words.get(j)))
                        .as(
                                "'%s' and '%s'",
                                messages.all().get(i).text(),
                                messages.all().get(j).text())
                        .isLessThanOrEqualTo(MOST_ALIKE);
            }
        }
    }

    private static Set<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}']+"))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toSet());
    }

    private static double jaccard(Set<String> one, Set<String> other) {
        Set<String> shared = new HashSet<>(one);
        shared.retainAll(other);
        return shared.size() / (double) (one.size() + other.size() - shared.size());
    }
}
