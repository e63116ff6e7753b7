package dev.maas.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.CallOptions;
import dev.maas.InvalidInputException;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecordingPredictorTest {
    private static final CallOptions SOON = CallOptions.timeout(Duration.ofSeconds(1));

    private final RecordingPredictor<String, Integer> length = RecordingPredictor.answering(text -> {
        if (text.isEmpty()) {
            throw new InvalidInputException("no text");
        }
        return text.length();
    });

    @Test
    void remembersWhatWasAskedAndAnswered() {
        assertThat(length.predict("one")).isEqualTo(3);
        assertThat(length.predict("three", SOON)).isEqualTo(5);
        assertThat(length.predictAsync("seven").join()).isEqualTo(5);
        assertThat(length.predictAll(List.of("a", "bb"))).containsExactly(1, 2);

        assertThat(length.inputs()).containsExactly("one", "three", "seven", "a", "bb");
        assertThat(length.calls().get(1))
                .isEqualTo(new RecordingPredictor.Call<>("three", SOON, Optional.of(5), Optional.empty()));
        assertThat(length.calls()).allMatch(RecordingPredictor.Call::isDone);

        length.clear();
        assertThat(length.calls()).isEmpty();
    }

    @Test
    void remembersFailuresOfEveryKindOfCall() {
        assertThatThrownBy(() -> length.predict("")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> length.predictAll(List.of("a", ""))).isInstanceOf(InvalidInputException.class);
        assertThat(length.predictAsync("")).isCompletedExceptionally();

        assertThat(length.calls()).hasSize(4).allSatisfy(call -> {
            assertThat(call.result()).isEmpty();
            assertThat(call.failure()).containsInstanceOf(InvalidInputException.class);
        });
    }

    @Test
    void aCallUnderWayHasNoOutcomeYetAndItsFutureIsThePredictorsOwn() {
        CompletableFuture<Integer> pending = new CompletableFuture<>();
        RecordingPredictor<String, Integer> recording = RecordingPredictor.of(new Predictor<>() {
            @Override
            public Integer predict(String input) {
                return 0;
            }

            @Override
            public CompletableFuture<Integer> predictAsync(String input, CallOptions options) {
                return pending;
            }
        });

        CompletableFuture<Integer> future = recording.predictAsync("x");
        assertThat(recording.calls().get(0).isDone()).isFalse();
        future.cancel(true);
        assertThat(pending).isCancelled();
        assertThat(recording.calls().get(0).failure()).containsInstanceOf(CancellationException.class);
    }

    @Test
    void remembersTheCallsOfManyThreads() {
        IntStream.range(0, 2_000).parallel().forEach(i -> length.predict("x".repeat(1 + i % 7)));
        assertThat(length.calls()).hasSize(2_000);
        assertThat(length.calls())
                .allMatch(call -> call.result().orElseThrow() == call.input().length());
    }
}
