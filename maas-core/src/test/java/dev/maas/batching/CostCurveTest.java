package dev.maas.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the measured times of runs say about the size of the next. */
class CostCurveTest {
    private static final int MANY = 2_000;

    private static void runAtLimit(CostCurve curve, int runs, IntToLongFunction nanosOf) {
        for (int i = 0; i < runs; i++) {
            int rows = curve.limit();
            curve.record(rows, nanosOf.applyAsLong(rows));
        }
    }

    @Test
    void whatCostsTheSameForAnyNumberOfRowsIsRunWithAsManyAsAllowed() {
        CostCurve curve = new CostCurve(64);
        runAtLimit(curve, MANY, rows -> 1_000_000);
        assertThat(curve.limit()).isEqualTo(64);
    }

    @Test
    void whatCostsTheSameForEachRowIsRunAlone() {
        CostCurve curve = new CostCurve(64);
        curve.record(1, 100_000);
        runAtLimit(curve, 48, rows -> 100_000L * rows);
        assertThat(curve.limit()).isLessThanOrEqualTo(2);
    }

    @Test
    void theSmallestOfTheSizesThatGetNearlyAllIsChosen() {
        CostCurve curve = new CostCurve(1024);
        // Kernels that take twelve rows at a time: twelve cost as much as seven.
        for (int rows : new int[] {1, 2, 4, 8, 12, 16, 24, 32, 64}) {
            for (int i = 0; i < 16; i++) {
                curve.record(rows, 100_000L * ((rows + 11) / 12) + 2_000L * rows);
            }
        }
        assertThat(curve.limit()).isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 12, 48})
    void aStallAtTheFirstRunOfASizeDoesNotKeepBatchesSmall(int stalled) {
        CostCurve curve = new CostCurve(64);
        boolean[] met = new boolean[1];
        runAtLimit(curve, 16 * 14, rows -> {
            boolean stall = rows == stalled && !met[0];
            met[0] |= stall;
            return stall ? 50_000_000 : 1_000_000;
        });
        assertThat(curve.limit()).isEqualTo(64);
    }

    @Test
    void delaysThatComeAndGoTellNothingOfTheSizeButOfTheTime() {
        CostCurve curve = new CostCurve(64);
        for (int i = 0; i < MANY; i++) {
            curve.record(8, i % 3 == 0 ? 3_000_000 : 1_000_000);
            curve.record(4, 1_000_000);
        }
        assertThat(curve.expectedNanos(8)).isBetween(1_300_000L, 2_100_000L);
        assertThat(curve.reaches(4, 8)).isFalse();
    }

    @Test
    void whatBecomesSlowerForGoodIsFollowed() {
        CostCurve curve = new CostCurve(8);
        for (int i = 0; i < MANY; i++) {
            curve.record(8, i < MANY / 2 ? 1_000_000 : 3_000_000);
        }
        assertThat(curve.expectedNanos(8)).isBetween(2_900_000L, 3_000_000L);
    }

    @Test
    void betweenSizesTheTimeGrowsWithTheRowsAtWorst() {
        CostCurve curve = new CostCurve(64);
        assertThat(curve.expectedNanos(4)).isZero();
        curve.record(4, 400);
        assertThat(curve.expectedNanos(4)).isEqualTo(400);
        assertThat(curve.expectedNanos(1)).isEqualTo(400);
        assertThat(curve.expectedNanos(40)).isEqualTo(4_000);
    }
}
