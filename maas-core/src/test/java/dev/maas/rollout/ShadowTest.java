package dev.maas.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.CallOptions;
import dev.maas.CallOptions.Priority;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.Predictor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ShadowTest {
    private final Predictor<Integer, Integer> twice = input -> 2 * input;

    private static void await(Shadow<?, ?> shadow, long calls) {
        Awaitility.await().until(() -> {
            ShadowReport report = shadow.report();
            return report.agreed() + report.differed() + report.failed() == calls;
        });
    }

    @Test
    void answersAreThePrimarysAndDifferencesAreReported() {
        List<String> differences = Collections.synchronizedList(new ArrayList<>());
        try (Shadow<Integer, Integer> shadow = Shadow.of(twice, input -> input == 3 ? 7 : 2 * input)
                .onDifference((input, mine, theirs) -> differences.add(input + ": " + mine + " " + theirs))
                .build()) {
            assertThat(shadow.predict(3)).isEqualTo(6);
            assertThat(shadow.predictAsync(4).join()).isEqualTo(8);
            assertThat(shadow.predictAll(List.of(1, 3))).containsExactly(2, 6);
            await(shadow, 4);
            assertThat(shadow.report().agreed()).isEqualTo(2);
            assertThat(shadow.report().differed()).isEqualTo(2);
            Awaitility.await().until(() -> differences.size() == 2);
            assertThat(differences).containsOnly("3: 6 7");
        }
    }

    @Test
    void aFailingShadowIsNotFelt() {
        try (Shadow<Integer, Integer> shadow = Shadow.<Integer, Integer>of(twice, input -> {
                    throw new EngineException("broken");
                })
                .build()) {
            assertThat(shadow.predict(1)).isEqualTo(2);
            await(shadow, 1);
            assertThat(shadow.report().failed()).isEqualTo(1);
        }
    }

    @Test
    void whatThePrimaryFailsIsThrownAndNotMirrored() {
        try (Shadow<Integer, Integer> shadow = Shadow.<Integer, Integer>of(
                        input -> {
                            throw new EngineException("primary");
                        },
                        twice)
                .build()) {
            assertThatThrownBy(() -> shadow.predict(1)).hasMessage("primary");
            assertThatThrownBy(() -> shadow.predictAsync(1).join()).hasRootCauseMessage("primary");
            assertThat(shadow.report()).isEqualTo(new ShadowReport(0, 0, 0, 0, 0));
        }
    }

    @Test
    void aSlowShadowDelaysNobodyAndDropsWhatItCannotDo() {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Shadow<Integer, Integer> shadow = Shadow.<Integer, Integer>of(twice, input -> {
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return 2 * input;
                })
                .queue(10)
                .build()) {
            for (int i = 0; i < 100; i++) {
                assertThat(shadow.predict(i)).isEqualTo(2 * i);
            }
            assertThat(shadow.report().dropped()).isBetween(89L, 90L);
            goOn.countDown();
            await(shadow, 100 - shadow.report().dropped());
        }
    }

    @Test
    void theShadowSeesTheInputAndTheAnswerAsTheyWereWhateverTheCallerDoes() {
        CountDownLatch goOn = new CountDownLatch(1);
        Predictor<float[][], float[]> first = input -> input[0].clone();
        try (Shadow<float[][], float[]> shadow = Shadow.<float[][], float[]>of(first, input -> {
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return input[0].clone();
                })
                .build()) {
            float[][] input = {{1, 2}};
            float[] answer = shadow.predict(input);
            input[0][0] = 9;
            answer[1] = 9;
            goOn.countDown();
            await(shadow, 1);
            assertThat(shadow.report().agreed()).isEqualTo(1);
        }
    }

    @Test
    void aPartOfTheCallsIsMirroredWithLowPriority() {
        List<CallOptions> seen = Collections.synchronizedList(new ArrayList<>());
        Predictor<Integer, Integer> remembering = new Predictor<>() {
            @Override
            public Integer predict(Integer input) {
                return 2 * input;
            }

            @Override
            public Integer predict(Integer input, CallOptions options) {
                seen.add(options);
                return 2 * input;
            }
        };
        try (Shadow<Integer, Integer> shadow =
                Shadow.of(twice, remembering).share(0.1).queue(10_000).build()) {
            for (int i = 0; i < 5000; i++) {
                int unused = shadow.predict(i);
            }
            Awaitility.await().until(() -> shadow.report().agreed() == seen.size() && seen.size() > 300);
            assertThat(seen).hasSizeLessThan(700);
            assertThat(seen).allMatch(options -> options.priority() == Priority.LOW);
        }
    }

    @Test
    void whatCannotBeCopiedOrComparedIsNotFelt() {
        try (Shadow<Integer, Integer> shadow = Shadow.of(twice, twice)
                .copying(input -> {
                    throw new IllegalStateException("no copy");
                })
                .build()) {
            assertThat(shadow.predict(1)).isEqualTo(2);
            assertThat(shadow.predictAsync(1).join()).isEqualTo(2);
            assertThat(shadow.report().dropped()).isEqualTo(2);
        }
    }

    @Test
    void afterClosingCallsAreAnsweredAndNotMirrored() {
        Shadow<Integer, Integer> shadow = Shadow.of(twice, twice).build();
        shadow.close();
        shadow.close();
        assertThat(shadow.predict(2)).isEqualTo(4);
        assertThat(shadow.report().dropped()).isEqualTo(1);
    }

    @Test
    void badBoundsAreNamed() {
        assertThatThrownBy(() -> Shadow.of(twice, twice).share(0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Shadow.of(twice, twice).queue(0)).isInstanceOf(InvalidInputException.class);
    }
}
