package dev.maas.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.maas.CallOptions;
import dev.maas.OverloadedException;
import dev.maas.engine.RunFrame;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The limit on waiting calls, which adapts to how fast the model is and how long calls do wait. */
class AdmissionTest {
    private static final long RUN_NANOS = 10_000_000;

    private final RunnerOptions options = new RunnerOptions(1, 1, Duration.ZERO, 1_000, Duration.ofMillis(100));
    private final CallQueue queue = new CallQueue(options.queueCapacity());
    private final Admission admission = new Admission(options, queue);
    private final CostCurve curve = new CostCurve(1);

    AdmissionTest() {
        for (int i = 0; i < 100; i++) {
            curve.record(1, RUN_NANOS);
        }
    }

    private enum NoRows implements Call.Rows {
        INSTANCE;

        @Override
        public long[][] shapes() {
            return new long[0][];
        }

        @Override
        public boolean isRowwise() {
            return true;
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public void reshape(RunFrame frame, int totalRows) {}

        @Override
        public void write(RunFrame frame, int row) {}

        @Override
        public void read(RunFrame frame, int row) {}
    }

    /** How many calls may wait before the next is refused. */
    private int limit() {
        int waiting = queue.waitingRows();
        while (true) {
            try {
                admission.check(CallLimits.of(CallOptions.none()), 1, curve);
            } catch (OverloadedException e) {
                return waiting;
            }
            assertThat(queue.offer(new WaitingCall(NoRows.INSTANCE, CallLimits.of(CallOptions.none()))))
                    .isTrue();
            waiting++;
        }
    }

    private void drop(int calls) {
        for (int i = 0; i < calls; i++) {
            Call call = queue.chooseLeader();
            assertThat(call).isNotNull();
        }
    }

    @Test
    void asManyMayWaitAsAreServedInTheLongestTimeThatCallsMayWait() {
        assertThat(limit()).isBetween(10, 11);
    }

    @Test
    void theLimitFollowsTheMeasuredDelayDownAndUpAgain() {
        int undisturbed = limit();
        drop(undisturbed);
        for (int i = 0; i < 1_000; i++) {
            queue.delay().taken(4 * RUN_NANOS, RUN_NANOS);
        }
        int slowed = limit();
        assertThat(slowed).isBetween(2, 4);
        drop(slowed);
        for (int i = 0; i < 1_000; i++) {
            queue.delay().taken(RUN_NANOS, RUN_NANOS);
        }
        assertThat(limit()).isBetween(undisturbed - 1, undisturbed);
    }

    @Test
    void theLimitFollowsTheModelsSpeed() {
        for (int i = 0; i < 200; i++) {
            curve.record(1, RUN_NANOS / 5);
        }
        assertThat(limit()).isBetween(45, 60);
    }

    @Test
    void aCallIsLetInOnlyIfItIsInTimeEvenWhereWaitsAreTwiceAsLongAsExpected() {
        CallLimits bounded = CallLimits.of(CallOptions.timeout(Duration.ofMillis(100)));
        for (int waiting = 0; waiting < 4; waiting++) {
            assertThatCode(() -> admission.check(bounded, 1, curve)).doesNotThrowAnyException();
            queue.offer(new WaitingCall(NoRows.INSTANCE, bounded));
        }
        queue.offer(new WaitingCall(NoRows.INSTANCE, bounded));
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> admission.check(bounded, 1, curve))
                .withMessageContaining("5 rows wait, an answer would take about 60.000 ms, often more");
    }

    @Test
    void aRefusalTellsTheFigures() {
        limit();
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> admission.check(CallLimits.of(CallOptions.none()), 1, curve))
                .withMessageContaining("rows wait, an answer would take about")
                .withMessageContaining("calls may wait 100.000 ms");
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> admission.check(CallLimits.of(CallOptions.timeout(Duration.ofMillis(5))), 1, curve))
                .withMessageContaining("Try again later");
        drop(queue.waitingRows());
        assertThatCode(() -> admission.check(CallLimits.of(CallOptions.none()), 1, curve))
                .doesNotThrowAnyException();
    }
}
