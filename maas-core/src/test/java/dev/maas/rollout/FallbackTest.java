package dev.maas.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.AccessDeniedException;
import dev.maas.CallOptions;
import dev.maas.CancelledException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FallbackTest {
    private static Predictor<String, String> failing(RuntimeException failure) {
        return input -> {
            throw failure;
        };
    }

    /** A predictor that only knows asynchronous calls, and remembers what it was given. */
    private static final class Pending implements Predictor<String, String> {
        private final CompletableFuture<String> future = new CompletableFuture<>();
        private final List<CallOptions> options = new ArrayList<>();

        @Override
        public String predict(String input) {
            throw new AssertionError("not expected");
        }

        @Override
        public CompletableFuture<String> predictAsync(String input, CallOptions given) {
            options.add(given);
            return future;
        }
    }

    @Test
    void theFirstThatCanAnswersAnswers() {
        Fallback<String, String> fallback = Fallback.<String, String>from(failing(new OverloadedException("full")))
                .then(failing(new EngineException("broken")))
                .thenFunction(input -> "about " + input)
                .thenValue("never")
                .build();

        assertThat(fallback.predict("x")).isEqualTo("about x");
        assertThat(fallback.predictAsync("x").join()).isEqualTo("about x");
        assertThat(fallback.predictAll(List.of("x", "y"))).containsExactly("about x", "about y");
        assertThat(fallback.answers()).containsExactly(0L, 0L, 3L, 0L);
    }

    @Test
    void ifAllFailTheFirstFailureIsThrownWithTheOthers() {
        EngineException first = new EngineException("one");
        EngineException second = new EngineException("two");
        assertThatThrownBy(() -> Fallback.from(failing(first))
                        .then(failing(second))
                        .build()
                        .predict("x"))
                .isSameAs(first)
                .hasSuppressedException(second);

        EngineException third = new EngineException("three");
        EngineException fourth = new EngineException("four");
        assertThatThrownBy(() -> Fallback.from(failing(third))
                        .then(failing(fourth))
                        .build()
                        .predictAsync("x")
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(third)
                .hasSuppressedException(fourth);
    }

    @ParameterizedTest
    @ValueSource(classes = {InvalidInputException.class, AccessDeniedException.class, CancelledException.class})
    void whatIsTheCallersOwnDoingGoesNoFurther(Class<? extends RuntimeException> type) throws Exception {
        RuntimeException failure = type.getConstructor(String.class).newInstance("own");
        Fallback<String, String> fallback =
                Fallback.from(failing(failure)).thenValue("hidden").build();
        assertThatThrownBy(() -> fallback.predict("x")).isSameAs(failure);
        assertThatThrownBy(() -> fallback.predictAsync("x").join()).hasCause(failure);
    }

    @Test
    void errorsOfTheMachineGoNoFurther() {
        Fallback<String, String> fallback = Fallback.<String, String>from(input -> {
                    throw new StackOverflowError();
                })
                .thenValue("hidden")
                .build();
        assertThatThrownBy(() -> fallback.predict("x")).isInstanceOf(StackOverflowError.class);
        assertThatThrownBy(() -> fallback.predictAsync("x").join()).hasCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    void theStepsShareTheDeadline() {
        Duration minute = Duration.ofMinutes(1);
        Pending pending = new Pending();
        Fallback<String, String> fallback = Fallback.from(failing(new EngineException("broken")))
                .then(pending)
                .build();
        CompletableFuture<String> call = fallback.predictAsync("x", CallOptions.timeout(minute));
        pending.future.complete("late");

        assertThat(call.join()).isEqualTo("late");
        assertThat(pending.options.get(0).timeout().orElseThrow()).isLessThan(minute);
    }

    @Test
    void afterTheDeadlineOnlyWhatNeedsNoTimeAnswers() {
        Predictor<String, String> slow = input -> {
            long end = System.nanoTime() + 3_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            throw new DeadlineExceededException("too late");
        };
        Fallback<String, String> fallback = Fallback.from(slow)
                .then(input -> "a model")
                .thenValue("constant")
                .build();
        CallOptions brief = CallOptions.timeout(Duration.ofMillis(1));
        assertThat(fallback.predict("x", brief)).isEqualTo("constant");
        assertThat(fallback.predictAsync("x", brief).join()).isEqualTo("constant");
        assertThat(Fallback.from(slow).then(input -> "a model").build().predict("x"))
                .isEqualTo("a model");
    }

    @Test
    void cancellingStopsTheStepUnderWayAndStartsNoOther() {
        Pending first = new Pending();
        Pending second = new Pending();
        Fallback<String, String> fallback = Fallback.from(first).then(second).build();
        CompletableFuture<String> call = fallback.predictAsync("x");
        call.cancel(true);

        assertThat(first.future).isCancelled();
        assertThat(second.options).isEmpty();

        Pending later = new Pending();
        CompletableFuture<String> onLater = Fallback.from(failing(new EngineException("broken")))
                .then(later)
                .build()
                .predictAsync("x");
        onLater.cancel(true);
        assertThat(later.future).isCancelled();
    }
}
