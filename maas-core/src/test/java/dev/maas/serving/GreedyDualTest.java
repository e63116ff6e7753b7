package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is cheapest to lose. */
class GreedyDualTest {
    private final GreedyDual order = new GreedyDual();

    @Test
    void whatIsSlowToLoadIsWorthMoreAndWhatIsLargeIsWorthLess() {
        double slow = order.arrives(2_000, 10, 0).value();
        double fast = order.arrives(1_000, 10, 0).value();
        double large = order.arrives(1_000, 20, 0).value();

        assertThat(slow).isGreaterThan(fast);
        assertThat(fast).isGreaterThan(large);
    }

    @Test
    void eachCallAddsToTheWorthAndThoseOfTheWarmUpDoNot() {
        GreedyDual.Worth called = order.arrives(1_000, 10, 7);
        GreedyDual.Worth idle = order.arrives(1_000, 10, 0);
        assertThat(called.value()).isEqualTo(idle.value());

        called.look(8);
        idle.look(0);

        assertThat(called.value()).isEqualTo(2 * idle.value());
    }

    @Test
    void whatWasCalledMuchLongAgoIsOvertakenByWhatIsCalledNow() {
        GreedyDual.Worth former = order.arrives(1_000, 1, 0);
        former.look(100);
        int evictions = 0;
        double fresh = order.arrives(1_000, 1, 0).value();
        while (fresh <= former.value()) {
            GreedyDual.Worth once = order.arrives(1_000, 1, 0);
            once.look(1);
            once.goes();
            evictions++;
            former.look(100);
            fresh = order.arrives(1_000, 1, 0).value();
        }
        assertThat(evictions).isBetween(10, 100);
    }

    /** The policy as its authors wrote it down, where each call tells. */
    private static final class Told {
        private final double perUse;
        private double frequency = 1;
        private double value;

        private Told(double perUse, double inflation) {
            this.perUse = perUse;
            this.value = inflation + perUse;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theOrderIsTheSameAsIfEachCallToldOfItself(long seed) {
        Random random = new Random(seed);
        Map<Integer, GreedyDual.Worth> looked = new TreeMap<>();
        Map<Integer, Told> told = new TreeMap<>();
        Map<Integer, Long> uses = new TreeMap<>();
        double inflation = 0;
        List<Integer> evicted = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            int model = (int) Math.min(49, Math.abs(random.nextGaussian()) * 20);
            if (!looked.containsKey(model)) {
                if (looked.size() == 10) {
                    looked.forEach((other, worth) -> worth.look(uses.getOrDefault(other, 0L)));
                    int victim = looked.entrySet().stream()
                            .min(Comparator.comparingDouble(
                                    entry -> entry.getValue().value()))
                            .orElseThrow()
                            .getKey();
                    int expected = told.entrySet().stream()
                            .min(Comparator.comparingDouble(entry -> entry.getValue().value))
                            .orElseThrow()
                            .getKey();
                    assertThat(victim).as("eviction %d", evicted.size()).isEqualTo(expected);
                    Objects.requireNonNull(looked.get(victim)).goes();
                    looked.remove(victim);
                    inflation = Objects.requireNonNull(told.remove(victim)).value;
                    evicted.add(victim);
                }
                // Odd figures, so that no two are worth the same by chance.
                long cost = 1_000_000 + 7_919L * model * model;
                long bytes = 1_000 + 104_729L * model % 977;
                looked.put(model, order.arrives(cost, bytes, uses.getOrDefault(model, 0L)));
                told.put(model, new Told((double) cost / bytes, inflation));
            }
            uses.merge(model, 1L, Long::sum);
            Told called = Objects.requireNonNull(told.get(model));
            called.frequency++;
            called.value = inflation + called.frequency * called.perUse;
        }
        assertThat(evicted).hasSizeGreaterThan(500);
    }
}
