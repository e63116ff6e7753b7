package dev.maas.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.maas.CallOptions;
import dev.maas.InvalidInputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SplitTest {
    private static Split<String, String> split(double first, double second) {
        return Split.<String, String>builder()
                .add("first", input -> "1", first)
                .add("second", input -> "2", second)
                .build();
    }

    private static CallOptions key(int number) {
        return CallOptions.none().withRoutingKey("customer-" + number);
    }

    @Test
    void callsAreDividedByWeight() {
        Split<String, String> split = split(3, 1);
        for (int i = 0; i < 20_000; i++) {
            String unused = split.predict("x");
        }
        assertThat(split.calls().getOrDefault("first", 0L) / 20_000.0).isCloseTo(0.75, within(0.02));
        assertThat(split.calls().getOrDefault("first", 0L) + split.calls().getOrDefault("second", 0L))
                .isEqualTo(20_000);
    }

    @Test
    void aKeyTakesTheSameBranchEachTimeAndInEverySplitOfThatKind() {
        Split<String, String> split = split(0.5, 0.5);
        Split<String, String> other = split(0.5, 0.5);
        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            String branch = split.predict("x", key(i));
            assertThat(other.predictAsync("y", key(i)).join()).isEqualTo(branch);
            assertThat(split.predictAll(List.of("a", "b"), key(i))).containsExactly(branch, branch);
            first += branch.equals("1") ? 1 : 0;
        }
        assertThat(first / 10_000.0).isCloseTo(0.5, within(0.02));
    }

    @Test
    void otherWeightsMoveNoMoreKeysThanTheyMust() {
        int moved = 0;
        for (int i = 0; i < 10_000; i++) {
            String before = split(0.9, 0.1).predict("x", key(i));
            String after = split(0.8, 0.2).predict("x", key(i));
            moved += before.equals(after) ? 0 : 1;
            assertThat(before.equals("2") && after.equals("1")).isFalse();
        }
        assertThat(moved / 10_000.0).isCloseTo(0.1, within(0.01));
    }

    @Test
    void splitsWithOtherSaltsDivideTheSameKeysOtherwise() {
        Split<String, String> outer = split(0.5, 0.5);
        Split<String, String> inner = Split.<String, String>builder()
                .salt("inner")
                .add("first", input -> "1", 1)
                .add("second", input -> "2", 1)
                .build();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            counts.merge(outer.predict("x", key(i)) + inner.predict("x", key(i)), 1, Integer::sum);
        }
        assertThat(counts.values())
                .hasSize(4)
                .allSatisfy(count -> assertThat(count / 10_000.0).isCloseTo(0.25, within(0.02)));
    }

    @Test
    void aBranchWithoutWeightGetsNothing() {
        Split<String, String> split = split(1, 0);
        for (int i = 0; i < 1000; i++) {
            assertThat(split.predict("x", key(i))).isEqualTo("1");
        }
    }

    @Test
    void badWeightsAreNamed() {
        assertThatThrownBy(() -> split(-1, 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("got -1.0 for 'first'");
        assertThatThrownBy(() -> split(Double.NaN, 1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> split(0, 0)).hasMessageContaining("above 0; got [0.0, 0.0]");
        assertThatThrownBy(() ->
                        Split.<String, String>builder().add("a", x -> x, 1).add("a", x -> x, 1))
                .hasMessageContaining("'a' twice");
    }
}
