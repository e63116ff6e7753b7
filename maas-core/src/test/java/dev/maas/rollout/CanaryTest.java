package dev.maas.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.maas.CallOptions;
import dev.maas.CancelledException;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.Predictor;
import dev.maas.rollout.CanaryReport.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CanaryTest {
    private final SplittableRandom random = new SplittableRandom(7);
    private final List<CanaryReport> decisions = new ArrayList<>();

    /** A predictor that fails at a rate. */
    private Predictor<Integer, String> side(String name, double failureRate) {
        return input -> {
            if (random.nextDouble() < failureRate) {
                throw new EngineException("broken");
            }
            return name;
        };
    }

    private Canary<Integer, String> canary(double baseline, double candidate) {
        return Canary.between(side("old", baseline), side("new", candidate))
                .share(0.2)
                .onDecision(decisions::add)
                .build();
    }

    private static CallOptions key(int number) {
        return CallOptions.none().withRoutingKey("user-" + number);
    }

    /** Calls until it is decided, or that often. Keys choose the sides, as chance decides wrongly once in a while. */
    private static void call(Canary<Integer, String> canary, int calls) {
        for (int i = 0; i < calls && canary.report().state() == State.RUNNING; i++) {
            try {
                String unused = canary.predict(i, key(i));
            } catch (EngineException e) {
                // What it counts.
            }
        }
    }

    @Test
    void aWorseCandidateIsRolledBackAndGetsNoCallsAnyMore() {
        Canary<Integer, String> canary = canary(0.01, 0.2);
        call(canary, 20_000);

        assertThat(canary.report().state()).isEqualTo(State.ROLLED_BACK);
        assertThat(decisions).singleElement().satisfies(report -> {
            assertThat(report.state()).isEqualTo(State.ROLLED_BACK);
            CanaryReport.Measure failures = report.measures().get(0);
            assertThat(failures.name()).isEqualTo("failures");
            assertThat(failures.evidence()).isGreaterThanOrEqualTo(failures.enough());
            assertThat(failures.candidateRate().orElseThrow())
                    .isGreaterThan(failures.baselineRate().orElseThrow());
        });
        for (int i = 0; i < 1000; i++) {
            try {
                assertThat(canary.predict(i)).isEqualTo("old");
            } catch (EngineException e) {
                // The old one fails now and then, too.
            }
        }
    }

    @Test
    void anEqualCandidateIsPromotedAndGetsAllCalls() {
        Canary<Integer, String> canary = canary(0.01, 0.01);
        call(canary, 50_000);

        assertThat(canary.report().state()).isEqualTo(State.PROMOTED);
        assertThat(decisions).extracting(CanaryReport::state).containsExactly(State.PROMOTED);
        assertThat(decisions.get(0).measures().get(0).candidateCalls()).isGreaterThanOrEqualTo(100);
        for (int i = 0; i < 1000; i++) {
            try {
                assertThat(canary.predict(i)).isEqualTo("new");
            } catch (EngineException e) {
                // As often as the old one.
            }
        }
    }

    @Test
    void theCandidateGetsItsShareAndAKeyStaysOnItsSide() {
        Canary<Integer, String> canary = Canary.between(side("old", 0), side("new", 0))
                .share(0.3)
                .minCalls(Long.MAX_VALUE)
                .build();
        int candidate = 0;
        for (int i = 0; i < 10_000; i++) {
            String chosen = canary.predict(i, key(i));
            assertThat(canary.predictAsync(i, key(i)).join()).isEqualTo(chosen);
            assertThat(canary.predictAll(List.of(i), key(i))).containsExactly(chosen);
            candidate += chosen.equals("new") ? 1 : 0;
        }
        assertThat(candidate / 10_000.0).isCloseTo(0.3, within(0.02));
        CanaryReport.Measure failures = canary.report().measures().get(0);
        assertThat(failures.candidateCalls()).isEqualTo(3L * candidate);
        assertThat(failures.candidateCalls() + failures.baselineCalls()).isEqualTo(30_000);
    }

    @Test
    void aSlowerCandidateIsRolledBack() {
        Predictor<Integer, String> slow = input -> {
            long end = System.nanoTime() + 300_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return "slow";
        };
        Canary<Integer, String> canary = Canary.between(side("old", 0), slow)
                .share(0.2)
                .slowerThan(Duration.ofNanos(200_000))
                .build();
        call(canary, 20_000);
        assertThat(canary.report().state()).isEqualTo(State.ROLLED_BACK);
        assertThat(canary.report().measures())
                .extracting(CanaryReport.Measure::name)
                .containsExactly("failures", "slow");
    }

    @Test
    void aCandidateThatIsOftenWrongIsRolledBack() {
        Canary<Integer, String> canary = Canary.between(side("old", 0), side("new", 0))
                .share(0.2)
                .withFeedback()
                .build();
        for (int i = 0; i < 20_000 && canary.report().state() == State.RUNNING; i++) {
            boolean isNew = canary.predict(i, key(i)).equals("new");
            canary.feedback("user-" + i, random.nextDouble() >= (isNew ? 0.4 : 0.1));
        }
        assertThat(canary.report().state()).isEqualTo(State.ROLLED_BACK);
        assertThat(canary.report().measures().get(1).name()).isEqualTo("wrong");
    }

    @Test
    void withoutFeedbackAnEqualCandidateThatAsksForItIsNotPromoted() {
        Canary<Integer, String> canary = Canary.between(side("old", 0), side("new", 0))
                .share(0.5)
                .withFeedback()
                .build();
        call(canary, 5000);
        assertThat(canary.report().state()).isEqualTo(State.RUNNING);

        assertThatThrownBy(() -> canary(0, 0).feedback("user", true))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("withFeedback()");
    }

    @Test
    void shieldedCallersDoNotFeelTheCandidatesFailures() {
        Canary<Integer, String> canary = Canary.between(side("old", 0), side("new", 1))
                .share(0.2)
                .shieldCallers()
                .build();
        for (int i = 0; i < 1000; i++) {
            assertThat(canary.predict(i)).isEqualTo("old");
            assertThat(canary.predictAsync(i).join()).isEqualTo("old");
        }
        assertThat(canary.report().state()).isEqualTo(State.ROLLED_BACK);
        assertThat(canary.report().measures().get(0).candidateRate()).hasValue(1);
    }

    @Test
    void callsThatWereCancelledDoNotCount() {
        Canary<Integer, String> canary = Canary.<Integer, String>between(side("old", 0), input -> {
                    throw new CancelledException("given up");
                })
                .share(0.5)
                .build();
        for (int i = 0; i < 500; i++) {
            try {
                String unused = canary.predict(i, key(i));
            } catch (CancelledException e) {
                // Not the candidate's fault.
            }
        }
        Predictor<Integer, String> pending = new Predictor<>() {
            @Override
            public String predict(Integer input) {
                return "sync";
            }

            @Override
            public CompletableFuture<String> predictAsync(Integer input, CallOptions options) {
                return new CompletableFuture<>();
            }
        };
        Canary<Integer, String> other =
                Canary.between(pending, pending).share(0.5).build();
        for (int i = 0; i < 100; i++) {
            assertThat(other.predictAsync(i).cancel(true)).isTrue();
        }
        assertThat(canary.report().state()).isEqualTo(State.RUNNING);
        assertThat(canary.report().measures().get(0).candidateCalls()).isZero();
        assertThat(other.report().measures().get(0).candidateCalls()).isZero();
    }

    @Test
    void somebodyMayDecideInItsPlaceAndTheListenerMayFail() {
        Canary<Integer, String> promoted = canary(0, 0);
        promoted.promote();
        promoted.rollBack();
        assertThat(promoted.report().state()).isEqualTo(State.PROMOTED);
        assertThat(promoted.predict(1)).isEqualTo("new");
        assertThat(decisions).hasSize(1);

        Canary<Integer, String> deaf = Canary.between(side("old", 0), side("new", 0))
                .onDecision(report -> {
                    throw new IllegalStateException("cannot hear");
                })
                .build();
        deaf.rollBack();
        assertThat(deaf.predict(1)).isEqualTo("old");
    }

    @Test
    void callsOfManyThreadsAreAllCountedAndOneDecides() throws Exception {
        ConcurrentLinkedQueue<CanaryReport> reports = new ConcurrentLinkedQueue<>();
        Canary<Integer, String> canary = Canary.<Integer, String>between(input -> "old", input -> "new")
                .share(0.5)
                .minCalls(20_000)
                .onDecision(reports::add)
                .build();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> callers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            callers.add(threads.submit(() -> {
                for (int i = 0; i < 15_000; i++) {
                    String unused = canary.predict(i, key(i));
                }
            }));
        }
        for (Future<?> caller : callers) {
            caller.get();
        }
        threads.shutdown();
        assertThat(reports).hasSize(1);
        CanaryReport.Measure failures = canary.report().measures().get(0);
        assertThat(failures.candidateCalls()).isEqualTo(20_000);
    }

    @Test
    void badBoundsAreNamed() {
        Canary.Builder<Integer, String> builder = Canary.between(side("old", 0), side("new", 0));
        assertThatThrownBy(() -> builder.share(0)).hasMessageContaining("share lies between 0 and 1; got 0.0");
        assertThatThrownBy(() -> builder.alpha(1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> builder.margin(Double.NaN)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> builder.minCalls(-1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> builder.slowerThan(Duration.ZERO)).isInstanceOf(InvalidInputException.class);
    }
}
