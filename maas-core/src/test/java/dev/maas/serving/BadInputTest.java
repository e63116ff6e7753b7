package dev.maas.serving;

import static dev.maas.serving.TestRegistry.plus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.ModelNotFoundException;
import dev.maas.Predictor;
import dev.maas.TypeRef;
import dev.maas.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a caller gets wrong is an error that says so, by every way to call; the model goes on, and nothing is left behind. */
@Timeout(60)
class BadInputTest {
    private static final float[] ROW = {1, 2};
    private static final long MOST_HEAP_GROWTH = 4 << 20;

    private final TestRegistry registry = new TestRegistry();
    private final ModelService service = ModelService.of(registry);

    BadInputTest() {
        registry.publish("m", plus(1));
    }

    @AfterEach
    void close() {
        service.close();
    }

    /** One way to call wrongly. */
    private record Wrong(String what, String told, Attempt attempt) {
        @Override
        public String toString() {
            return what;
        }
    }

    private interface Attempt {
        void by(Predictor<float[], float[]> plain, Predictor<Map<String, float[]>, float[]> named, Model model);
    }

    @SuppressWarnings("NullAway") // Nulls are among what is wrong.
    static Stream<Wrong> wrongs() {
        Tensor row = Tensor.of(ROW, 1, 2);
        return Stream.of(
                new Wrong("a row too long", "x", (plain, named, model) -> plain.predict(new float[3])),
                new Wrong("a row too short", "x", (plain, named, model) -> join(plain, new float[1])),
                new Wrong(
                        "a bad row in a list",
                        "Input 1",
                        (plain, named, model) -> plain.predictAll(List.of(ROW, new float[3]))),
                new Wrong("null", "null", (plain, named, model) -> plain.predict(nothing())),
                new Wrong("null, asynchronously", "null", (plain, named, model) -> join(plain, nothing())),
                new Wrong(
                        "null in a list", "null", (plain, named, model) -> plain.predictAll(Arrays.asList(ROW, null))),
                new Wrong("a missing name", "x", (plain, named, model) -> named.predict(Map.of())),
                new Wrong("an extra name", "z", (plain, named, model) -> named.predict(Map.of("x", ROW, "z", ROW))),
                new Wrong("a missing tensor", "x", (plain, named, model) -> model.run(Map.of())),
                new Wrong("an extra tensor", "z", (plain, named, model) -> model.run(Map.of("x", row, "z", row))),
                new Wrong(
                        "a tensor of another type",
                        "float32",
                        (plain, named, model) -> model.run(Map.of("x", Tensor.of(new long[2], 1, 2)))),
                new Wrong(
                        "a tensor of another rank",
                        "x",
                        (plain, named, model) -> model.run(Map.of("x", Tensor.of(ROW, 2)))));
    }

    @SuppressWarnings("NullAway") // What callers without a checker do.
    private static float[] nothing() {
        return null;
    }

    private static void join(Predictor<float[], float[]> predictor, float[] input) {
        try {
            predictor.predictAsync(input).join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private Predictor<float[], float[]> plain() {
        return service.predictor("m", float[].class, float[].class);
    }

    private Predictor<Map<String, float[]>, float[]> named() {
        return service.predictor("m", new TypeRef<Map<String, float[]>>() {}, TypeRef.of(float[].class));
    }

    @ParameterizedTest
    @MethodSource("wrongs")
    void isRefusedAndTheModelGoesOn(Wrong wrong) {
        try (Model model = service.model("m")) {
            ThrowingCallable attempt = () -> wrong.attempt().by(plain(), named(), model);
            assertThatThrownBy(attempt)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(wrong.told());
            assertThat(plain().predict(ROW)).containsExactly(2, 3);
        }
    }

    @Test
    void typesAndNamesThatDoNotFitAreRefusedBeforeAnyCall() {
        assertThatThrownBy(() -> service.predictor("m", String.class, float[].class))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("String", "float32");
        assertThatThrownBy(() -> service.predictor("n", float[].class, float[].class))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("n");
        assertThatThrownBy(() -> service.model("m:9"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("9");
        assertThat(plain().predict(ROW)).containsExactly(2, 3);
    }

    @Test
    void whatTheModelTakesIsNotRefused() {
        assertThat(plain().predict(new float[] {Float.NaN, Float.POSITIVE_INFINITY}))
                .containsExactly(Float.NaN, Float.POSITIVE_INFINITY);
        assertThat(plain().predictAll(List.of())).isEmpty();
        try (Model model = service.model("m")) {
            Tensor none = Tensor.of(new float[0], 0, 2);
            assertThat(model.run(Map.of("x", none)).tensor("y").shape()).containsExactly(0, 2);
        }
    }

    /** The program {@code growth} of the benchmarks does this for a million calls, and looks at native memory as well. */
    @Test
    void nothingOfThousandsOfCallsIsLeftOnTheHeap() {
        List<Wrong> wrongs = wrongs().toList();
        try (Model model = service.model("m")) {
            Predictor<float[], float[]> plain = plain();
            Predictor<Map<String, float[]>, float[]> named = named();
            Runnable round = () -> {
                for (Wrong wrong : wrongs) {
                    assertThat(catchThrowable(() -> wrong.attempt().by(plain, named, model)))
                            .isNotNull();
                    plain.predict(ROW);
                }
            };
            repeat(100, round);
            long before = usedHeap();
            repeat(500, round);
            assertThat(usedHeap() - before).as("growth in bytes").isLessThan(MOST_HEAP_GROWTH);
        }
    }

    private static void repeat(int times, Runnable action) {
        for (int i = 0; i < times; i++) {
            action.run();
        }
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }
}
