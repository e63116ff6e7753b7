package dev.maas.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.Predictor;
import dev.maas.Translator;
import dev.maas.serving.ServiceHealth;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.testing.TestModel;
import dev.maas.testing.TestService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a pipeline computes. */
class PipelineTest {
    private final TestService models = TestService.create();
    private final PipelineBuilder graph = Pipeline.builder("p", models.service());

    @AfterEach
    void close() {
        models.close();
    }

    static TestModel times(float factor) {
        return TestModel.ofFloats(2, 2, row -> new float[] {factor * row[0], factor * row[1]});
    }

    private static Tensor rows(float... values) {
        return Tensor.of(values, values.length / 2, 2);
    }

    @Test
    void aSequenceOfModelsIsOneTypedFunction() {
        models.publish("embed", TestModel.ofTexts(2, text -> new float[] {text.length(), 1}));
        models.publish("classify", times(10));
        Port text = graph.input("text", ElementType.STRING, "[batch]");
        Port vector = graph.model("embed", "embed", text).output();
        graph.output("scores", graph.model("classify", "classify", vector).output());
        Pipeline pipeline = graph.build();
        assertThat(pipeline.signature()).hasToString("(text: string[batch]) -> (scores: float32[batch, 2])");
        assertThat(pipeline.toString()).contains("embed = embed", "classify = classify");

        Predictor<String, float[]> predictor = pipeline.predictor(String.class, float[].class);
        assertThat(predictor.predict("four")).containsExactly(40, 10);
        assertThat(predictor.predictAsync("seven77").join()).containsExactly(70, 10);
        assertThat(predictor.predictAll(List.of("a", "bb", "ccc")))
                .containsExactly(new float[] {10, 10}, new float[] {20, 10}, new float[] {30, 10});
        assertThat(pipeline.predictor(String[].class, float[][].class).predict(new String[] {"a", "bb"}))
                .isDeepEqualTo(new float[][] {{10, 10}, {20, 10}});
        assertThat(pipeline.predictor(new Translator<Integer, Float>() {
                            @Override
                            public Map<String, Tensor> toTensors(Integer input) {
                                return Map.of("text", Tensor.of(new String[] {"x".repeat(input)}));
                            }

                            @Override
                            public Float fromOutputs(Outputs outputs) {
                                return outputs.tensor("scores").toFloats()[0];
                            }
                        })
                        .predict(6))
                .isEqualTo(60);
        assertThatThrownBy(() -> pipeline.predictor(String.class, String.class))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void aSequenceStaysInItsCallersThread() {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        models.publish("m", TestModel.ofFloats(2, 2, row -> {
            threads.add(Thread.currentThread());
            return row;
        }));
        Port x = graph.input("x", ElementType.FLOAT32, "[batch, 2]");
        Port first = graph.model("first", "m", x).output();
        Port second = graph.function("second", first, ElementType.FLOAT32, "[batch, 2]", tensor -> {
                    threads.add(Thread.currentThread());
                    return tensor;
                })
                .output();
        graph.output("y", graph.model("third", "m", second).output());
        graph.build().run(Map.of("x", rows(1, 2)));
        assertThat(threads).hasSize(3).containsOnly(Thread.currentThread());
    }

    @Test
    void branchesAreJoinedByAFunctionAModelOrAMean() {
        models.publish("one", times(1));
        models.publish("three", times(3));
        Port x = graph.input("x", ElementType.FLOAT32, "[batch, 2]");
        Port one = graph.model("one", "one", x).output();
        Port three = graph.model("three", "three", x).output();
        Port difference = graph.function(
                        "minus",
                        Map.of("a", three, "b", one),
                        List.of(new TensorSpec("difference", ElementType.FLOAT32, Shape.parse("[batch, 2]"))),
                        given -> {
                            float[] a = Objects.requireNonNull(given.get("a")).toFloats();
                            float[] b = Objects.requireNonNull(given.get("b")).toFloats();
                            float[] result = new float[a.length];
                            IntStream.range(0, a.length).forEach(i -> result[i] = a[i] - b[i]);
                            return Map.of("difference", Tensor.of(result, a.length / 2, 2));
                        })
                .output("difference");
        graph.output("mean", graph.mean("mean", one, three, x)).output("difference", difference);
        graph.output("same", x);

        Outputs outputs = graph.build().run(Map.of("x", rows(3, 6, 9, 12)));
        assertThat(outputs.names()).containsExactly("mean", "difference", "same");
        assertThat(outputs.tensor("mean").toFloats()).containsExactly(5, 10, 15, 20);
        assertThat(outputs.tensor("difference").toFloats()).containsExactly(6, 12, 18, 24);
        assertThat(outputs.tensor("same")).isEqualTo(rows(3, 6, 9, 12));
    }

    @Test
    void theMajorityWinsAVoteAndTheEarlierMemberATie() {
        Port a = graph.input("a", ElementType.STRING, "[n]");
        Port b = graph.input("b", ElementType.STRING, "[n]");
        Port c = graph.input("c", ElementType.STRING, "[n]");
        Port i = graph.input("i", ElementType.INT64, "[2]");
        Port j = graph.input("j", ElementType.INT64, "[2]");
        Port k = graph.input("k", ElementType.INT64, "[2]");
        graph.output("words", graph.vote("words", a, b, c)).output("numbers", graph.vote("numbers", i, j, k));
        Outputs outputs = graph.build()
                .run(Map.of(
                        "a", Tensor.of(new String[] {"x", "x", "p"}),
                        "b", Tensor.of(new String[] {"x", "y", "q"}),
                        "c", Tensor.of(new String[] {"z", "y", "r"}),
                        "i", Tensor.of(new long[] {5, -1}),
                        "j", Tensor.of(new long[] {Long.MIN_VALUE, 2}),
                        "k", Tensor.of(new long[] {Long.MIN_VALUE, 3})));
        assertThat(outputs.tensor("words").toStrings()).containsExactly("x", "y", "p");
        assertThat(outputs.tensor("numbers").toLongs()).containsExactly(Long.MIN_VALUE, -1);
    }

    @Test
    void aMeanOfDoublesIsExactWhereFloatsWouldNotBe() {
        Port a = graph.input("a", ElementType.FLOAT64, "[]");
        Port b = graph.input("b", ElementType.FLOAT64, "[]");
        graph.output("mean", graph.mean("m", a, b));
        assertThat(graph.build()
                        .run(Map.of("a", Tensor.scalar(1e300), "b", Tensor.scalar(1 + 1e-9)))
                        .tensor("mean")
                        .toDoubles())
                .containsExactly((1e300 + 1 + 1e-9) / 2);
    }

    @Test
    void anEnsembleWhoseMembersDifferInShapeFailsWithBothShapes() {
        Port a = graph.input("a", ElementType.FLOAT32, "[n]");
        Port b = graph.input("b", ElementType.FLOAT32, "[m]");
        graph.output("mean", graph.mean("m", a, b));
        Pipeline pipeline = graph.build();
        assertThatThrownBy(() -> pipeline.run(Map.of("a", Tensor.of(new float[2]), "b", Tensor.of(new float[3]))))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("[2]")
                .hasMessageContaining("[3]");
    }

    @Test
    void inputsThatDoNotFitAreRefused() {
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port y = graph.input("y", ElementType.FLOAT32, "[n, 2]");
        graph.output("mean", graph.mean("m", x, y));
        Pipeline pipeline = graph.build();
        assertThatThrownBy(() -> pipeline.run(Map.of("x", rows(1, 2)))).hasMessageContaining("'y' is missing");
        assertThatThrownBy(() -> pipeline.run(Map.of("x", rows(1, 2), "y", rows(1, 2, 3, 4))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'n'");
        assertThat(pipeline.start(Map.of("x", rows(1, 2)), dev.maas.CallOptions.none()))
                .isCompletedExceptionally();
    }

    @Test
    void aFunctionThatBreaksItsWordIsToldSoAndOneThatThrowsIsHeard() {
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        graph.output(
                "y",
                graph.function("bad", x, ElementType.INT64, "[n]", tensor -> tensor)
                        .output());
        Pipeline bad = graph.build();
        assertThatThrownBy(() -> bad.run(Map.of("x", rows(1, 2))))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("Stage 'bad' of pipeline 'p'")
                .hasMessageContaining("int64[n]")
                .hasMessageContaining("float32[1, 2]");

        IllegalStateException failure = new IllegalStateException("mine");
        PipelineBuilder other = Pipeline.builder("other", models.service());
        Port z = other.input("z", ElementType.FLOAT32, "[n, 2]");
        other.output(
                "y",
                other.function("f", z, ElementType.INT64, "[n]", tensor -> {
                            throw failure;
                        })
                        .output());
        Pipeline throwing = other.build();
        assertThatThrownBy(() -> throwing.run(Map.of("z", rows(1, 2)))).isSameAs(failure);
        assertThatThrownBy(() -> throwing.start(Map.of("z", rows(1, 2)), dev.maas.CallOptions.none())
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCause(failure);
    }

    @Test
    void whatAFunctionGetsIsItsOwnToKeep() {
        models.publish("m", times(2));
        List<Tensor> kept = new ArrayList<>();
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port y = graph.model("a", "m", x).output();
        graph.output("y", graph.model("b", "m", y).output());
        graph.output(
                "z",
                graph.function("keep", y, ElementType.FLOAT32, "[n, 2]", tensor -> {
                            kept.add(tensor);
                            return tensor;
                        })
                        .output());
        Pipeline pipeline = graph.build();
        for (int call = 1; call <= 3; call++) {
            assertThat(pipeline.run(Map.of("x", rows(call, 0))).tensor("y").toFloats())
                    .containsExactly(4 * call, 0);
        }
        assertThat(kept).containsExactly(rows(2, 0), rows(4, 0), rows(6, 0));
    }

    @Test
    void aModelIsSwappedWithinAPipelineIfThePipelineCanUseTheNewVersion() {
        models.publish("a", times(2));
        models.publish("b", times(3));
        Port x = graph.input("x", ElementType.FLOAT32, "[n, 2]");
        Port y = graph.model("a", "a", x).output();
        graph.output("y", graph.model("b", "b", y).output());
        Pipeline pipeline = graph.build();
        assertThat(pipeline.run(Map.of("x", rows(1, 1))).tensor("y").toFloats()).containsExactly(6, 6);

        models.publish("a", times(5));
        assertThat(models.swap().ready()).isTrue();
        assertThat(pipeline.run(Map.of("x", rows(1, 1))).tensor("y").toFloats()).containsExactly(15, 15);

        models.publish("a", TestModel.ofFloats(2, 3, row -> new float[3]));
        models.publish("b", TestModel.ofFloats(3, 2, row -> new float[2]));
        assertThat(models.swap().models()).hasSize(2).allSatisfy(health -> {
            assertThat(health.state()).isEqualTo(ServiceHealth.State.DEGRADED);
            assertThat(health.reason()).contains("pipeline 'p'");
        });
        assertThat(pipeline.run(Map.of("x", rows(1, 1))).tensor("y").toFloats()).containsExactly(15, 15);
    }
}
