package dev.maas.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.CallOptions;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.ModelLoadException;
import dev.maas.ModelMetadata;
import dev.maas.ModelNotFoundException;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import dev.maas.TypeRef;
import dev.maas.engine.ForkedJvm;
import dev.maas.serving.ModelOptions;
import dev.maas.serving.ServiceHealth;
import dev.maas.serving.ServiceOptions;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TestServiceTest {
    private final TestService models = TestService.create();

    private static TestModel times(float factor) {
        return TestModel.ofFloats(1, 1, row -> new float[] {factor * row[0]});
    }

    private Predictor<Float, Float> predictor(String ref) {
        return models.service().predictor(ref, Float.class, Float.class);
    }

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void aLambdaAnswersEveryKindOfCall() {
        TestModel twice = times(2);
        assertThat(models.publish("twice", twice)).isEqualTo(1);
        Predictor<Float, Float> predictor = predictor("twice");

        assertThat(twice.loaded()).isZero();
        assertThat(predictor.predict(3f)).isEqualTo(6);
        assertThat(predictor.predictAsync(4f).join()).isEqualTo(8);
        List<Float> many = IntStream.range(0, 1_000).mapToObj(i -> (float) i).toList();
        assertThat(predictor.predictAll(many))
                .isEqualTo(many.stream().map(value -> 2 * value).toList());
        assertThat(twice.loaded()).isEqualTo(1);
        assertThat(twice.loads()).isEqualTo(1);
        assertThat(twice.runs()).isBetween(3L, 1_002L);

        models.close();
        assertThat(twice.loaded()).isZero();
        assertThatThrownBy(() -> predictor.predict(1f)).isInstanceOf(ClosedException.class);
    }

    @Test
    void textsLabelsAndTensorsWork() {
        models.publish(
                "spam",
                TestModel.ofTexts(2, text -> text.contains("free") ? new float[] {0, 1} : new float[] {1, 0}),
                ModelMetadata.builder()
                        .columns("scores", List.of("ham", "spam"))
                        .build());
        assertThat(models.service()
                        .<String, Map<String, Float>>predictor("spam", TypeRef.of(String.class), new TypeRef<>() {})
                        .predict("free prize"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("ham", 0f, "spam", 1f));

        Signature signature = Signature.of(
                List.of(new TensorSpec("a", ElementType.INT64, Shape.parse("[]"))),
                List.of(new TensorSpec("b", ElementType.STRING, Shape.parse("[?]"))));
        models.publish(
                "words",
                TestModel.of(
                        signature,
                        inputs -> Map.of("b", Tensor.of(new String[] {
                            "got", "" + Objects.requireNonNull(inputs.get("a")).toLongs()[0]
                        }))));
        try (Model words = models.service().model("words")) {
            assertThat(words.run(Map.of("a", Tensor.scalar(7L))).tensor("b").toStrings())
                    .containsExactly("got", "7");
        }
    }

    @Test
    void aModelFailsFromWhenItIsToldToUntilItRecovers() {
        TestModel model = times(1);
        models.publish("m", model);
        Predictor<Float, Float> predictor = predictor("m");
        EngineException failure = new EngineException("out of memory");

        assertThat(predictor.predict(1f)).isEqualTo(1);
        model.failRuns(failure);
        assertThatThrownBy(() -> predictor.predict(1f)).isSameAs(failure);
        assertThatThrownBy(() -> predictor.predictAsync(1f).join()).hasCause(failure);
        model.recover();
        assertThat(predictor.predict(1f)).isEqualTo(1);
    }

    @Test
    void aLambdaThatThrowsFailsItsCallOnly() {
        models.publish("m", TestModel.ofFloats(1, 1, row -> {
            if (row[0] < 0) {
                throw new IllegalStateException("negative");
            }
            return row;
        }));
        Predictor<Float, Float> predictor = predictor("m");
        assertThatThrownBy(() -> predictor.predict(-1f))
                .isInstanceOf(EngineException.class)
                .hasRootCauseMessage("negative");
        assertThat(predictor.predict(1f)).isEqualTo(1);
    }

    @Test
    void aLambdaThatBreaksItsSignatureIsToldSo() {
        models.publish("wide", TestModel.ofFloats(1, 1, row -> new float[2]));
        models.publish(
                "short", TestModel.of(times(1).signature(), inputs -> Map.of("y", Tensor.of(new float[3], 3, 1))));
        models.publish("empty", TestModel.of(times(1).signature(), inputs -> Map.of()));
        models.publish("list", TestModel.of(times(1).signature(), inputs -> Map.of("y", List.of())));
        assertThatThrownBy(() -> predictor("wide").predict(1f))
                .hasRootCauseMessage("A row of the model's output has 1 numbers; got 2");
        assertThatThrownBy(() -> predictor("short").predict(1f))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("y: float32[batch, 1]")
                .hasMessageContaining("float32[3, 1]");
        assertThatThrownBy(() -> predictor("empty").predict(1f)).hasMessageContaining("only []");
        assertThatThrownBy(() -> predictor("list").predict(1f)).hasMessageContaining("no tensor");
    }

    @Test
    void aHeldModelIsSlowUntilTheTestLetsItGo() {
        TestModel model = times(2);
        models.publish("m", model);
        Predictor<Float, Float> predictor = predictor("m");
        models.service().load("m");
        CompletableFuture<Float> slow;
        try (Hold hold = model.hold()) {
            slow = predictor.predictAsync(1f);
            hold.awaitRuns(1);
            assertThat(hold.heldRuns()).isEqualTo(1);
            assertThat(slow).isNotDone();

            hold.letPass(1);
            assertThat(slow.join()).isEqualTo(2);

            slow = predictor.predictAsync(2f);
            hold.awaitRuns(2);
            assertThat(slow).isNotDone();
            assertThatThrownBy(model::hold).isInstanceOf(IllegalStateException.class);
        }
        assertThat(slow.join()).isEqualTo(4);
        model.hold().close();
        assertThat(predictor.predict(3f)).isEqualTo(6);
    }

    @Test
    void aDeadlineStopsAHeldRunAndTheModelGoesOn() {
        TestModel model = times(2);
        models.publish("m", model);
        Predictor<Float, Float> predictor = predictor("m");
        models.service().load("m");
        try (Hold hold = model.hold()) {
            assertThatThrownBy(() -> predictor.predict(1f, CallOptions.timeout(Duration.ofMillis(20))))
                    .isInstanceOf(DeadlineExceededException.class);
            hold.awaitRuns(1);
        }
        assertThat(predictor.predict(1f)).isEqualTo(2);
    }

    @Test
    void aHeldModelFillsItsQueueAndRefusesTheRest() {
        TestModel model = times(1);
        try (TestService small = TestService.create(ServiceOptions.defaults()
                .models(ModelOptions.defaults()
                        .slots(1)
                        .queueCapacity(2)
                        .maxBatch(1)
                        .warmUp(false)))) {
            small.publish("m", model);
            Predictor<Float, Float> predictor = small.service().predictor("m", Float.class, Float.class);
            small.service().load("m");
            List<CompletableFuture<Float>> accepted = new ArrayList<>();
            try (Hold hold = model.hold()) {
                accepted.add(predictor.predictAsync(0f));
                hold.awaitRuns(1);
                accepted.add(predictor.predictAsync(1f));
                accepted.add(predictor.predictAsync(2f));
                assertThatThrownBy(() -> predictor.predictAsync(3f).join())
                        .isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(OverloadedException.class);
            }
            assertThat(accepted.stream().map(CompletableFuture::join)).containsExactly(0f, 1f, 2f);
        }
    }

    @Test
    void aSwapHappensWhenTheTestSaysSoAndCallsUnderWayKeepTheirVersion() {
        TestModel first = times(1);
        TestModel second = times(10);
        models.alias("m", "champion", models.publish("m", first));
        Predictor<Float, Float> predictor = predictor("m@champion");
        models.service().load("m@champion");
        try (Hold hold = first.hold()) {
            CompletableFuture<Float> underWay = predictor.predictAsync(1f);
            hold.awaitRuns(1);
            models.alias("m", "champion", models.publish("m", second));
            assertThat(second.loads()).isZero();

            ServiceHealth health = models.swap();
            assertThat(health.models().get(0).version()).hasValue(2);
            assertThat(predictor.predict(1f)).isEqualTo(10);
            assertThat(underWay).isNotDone();
            hold.letPass(1);
            assertThat(underWay.join()).isEqualTo(1);
        }
    }

    @Test
    void aVersionThatCannotBeLoadedLeavesTheOldOneServing() {
        TestModel bad = times(2);
        bad.failLoads(new ModelLoadException("no such operator"));
        models.publish("m", times(1));
        Predictor<Float, Float> predictor = predictor("m");
        assertThat(predictor.predict(1f)).isEqualTo(1);

        models.publish("m", bad);
        ServiceHealth.ModelHealth health = models.swap().models().get(0);
        assertThat(health.state()).isEqualTo(ServiceHealth.State.DEGRADED);
        assertThat(health.reason()).contains("no such operator");
        assertThat(predictor.predict(1f)).isEqualTo(1);

        bad.recover();
        assertThat(models.swap().ready()).isTrue();
        assertThat(predictor.predict(1f)).isEqualTo(2);
        assertThat(bad.loads()).isEqualTo(2);
    }

    @Test
    void whatWasNotPublishedIsNotFound() {
        models.publish("m", times(1));
        assertThatThrownBy(() -> predictor("other")).isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> predictor("m:2")).hasMessageContaining("1 versions");
        assertThatThrownBy(() -> predictor("m@champion")).isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> models.alias("m", "champion", 2)).isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> predictor("m:1.0.0"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("semantic");
        assertThat(predictor("m:1").predict(1f)).isEqualTo(1);
    }

    @Test
    void loadsNeitherNativeCodeNorTheLibrariesAroundIt() throws Exception {
        String output =
                ForkedJvm.of(UseOfTheKit.class).option("-Xlog:class+load").run();
        assertThat(output)
                .contains("dev.maas.testing.LambdaFrame", "the kit was used")
                .doesNotContain("ai.onnxruntime")
                .doesNotContain("ai.djl");
    }
}
