package dev.maas.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.engine.onnx.OnnxEngineProvider;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.testmodels.OnnxModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DjlTranslatorTest {
    private static final Signature SUM = Signature.of(
            List.of(tensor("a", ElementType.FLOAT32, "[batch, 2]"), tensor("b", ElementType.FLOAT32, "[batch, 2]")),
            List.of(tensor("y", ElementType.FLOAT32, "[batch, 2]")));

    private static TensorSpec tensor(String name, ElementType type, String shape) {
        return new TensorSpec(name, type, dev.maas.tensor.Shape.parse(shape));
    }

    private static Tensor tensor(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    /** Takes two numbers and gives them twice; gives the largest of what the model made of them. */
    private static class Largest implements Translator<float[], Float> {
        private final @Nullable Batchifier batchifier;

        Largest(@Nullable Batchifier batchifier) {
            this.batchifier = batchifier;
        }

        @Override
        public NDList processInput(TranslatorContext context, float[] input) throws Exception {
            NDManager manager = context.getNDManager();
            Shape shape = batchifier == null ? new Shape(1, 2) : new Shape(2);
            return new NDList(manager.create(input, shape), manager.create(input, shape));
        }

        @Override
        public Float processOutput(TranslatorContext context, NDList list) throws Exception {
            NDArray sums = list.singletonOrThrow();
            assertThat(sums.getName()).isEqualTo("y");
            assertThat(sums.getShape()).isEqualTo(batchifier == null ? new Shape(1, 2) : new Shape(2));
            float[] values = sums.toFloatArray();
            return Math.max(values[0], values[1]);
        }

        @Override
        public @Nullable Batchifier getBatchifier() {
            return batchifier;
        }
    }

    private static Float call(DjlTranslator<float[], Float> translator, RunFrame frame, float... input) {
        Map<String, Tensor> tensors = translator.toTensors(input);
        frame.input(0).copyFrom(tensor(tensors, "a"));
        frame.input(1).copyFrom(tensor(tensors, "b"));
        frame.run();
        return translator.fromOutputs(Outputs.of(Map.of("y", frame.outputValue(0))));
    }

    @Test
    void adaptsATranslatorToAModelOfAnyEngine() {
        VettedModel model = new VettedModel(
                ModelSource.of(OnnxModels.add(ElementType.FLOAT32, "[batch, 2]")), Optional.of(SUM), List.of());
        for (Optional<Batchifier> batchifier : List.of(Optional.<Batchifier>empty(), Optional.of(Batchifier.STACK))) {
            try (Engine engine = new OnnxEngineProvider().open(EngineOptions.defaults());
                    LoadedModel loaded = engine.load(model);
                    RunFrame frame = loaded.newFrame();
                    DjlTranslator<float[], Float> translator =
                            DjlTranslator.of(new Largest(batchifier.orElse(null)), SUM)) {
                assertThat(call(translator, frame, 3, 1)).isEqualTo(6);
                assertThat(call(translator, frame, -3, -1)).isEqualTo(-2);
            }
        }
    }

    @Test
    void servesManyThreadsAtOnce() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try (DjlTranslator<float[], Float> translator = DjlTranslator.of(new Largest(Batchifier.STACK), SUM)) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                float value = i;
                tasks.add(() -> {
                    Tensor a = tensor(translator.toTensors(new float[] {value, 0}), "a");
                    return translator.fromOutputs(Outputs.of(Map.of("y", a))) == value;
                });
            }
            for (Future<Boolean> right : executor.invokeAll(tasks)) {
                assertThat(right.get()).isTrue();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void sendsArraysToTheInputsOfTheirNames() {
        Translator<Float, Float> backwards = new Named("b", "a");
        try (DjlTranslator<Float, Float> translator = DjlTranslator.of(backwards, SUM)) {
            Map<String, Tensor> tensors = translator.toTensors(7f);

            assertThat(tensor(tensors, "b").toFloats()).containsExactly(7, 7);
            assertThat(tensor(tensors, "a").toFloats()).containsExactly(8, 8);
        }
    }

    /** Gives two arrays with names. */
    private record Named(String first, String second) implements Translator<Float, Float> {
        @Override
        public NDList processInput(TranslatorContext context, Float input) {
            NDArray one = context.getNDManager().create(new float[] {input, input}, new Shape(1, 2));
            NDArray two = context.getNDManager().create(new float[] {input + 1, input + 1}, new Shape(1, 2));
            one.setName(first);
            two.setName(second);
            return new NDList(one, two);
        }

        @Override
        public Float processOutput(TranslatorContext context, NDList list) {
            return 0f;
        }

        @Override
        public @Nullable Batchifier getBatchifier() {
            return null;
        }
    }

    @Test
    void readsFilesOfItsModel(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("synset.txt"), "ham\nspam\n");
        Translator<Float, String> labelled = new Labelled();

        try (DjlTranslator<Float, String> translator = DjlTranslator.of(labelled, SUM, folder)) {
            assertThat(translator.fromOutputs(Outputs.of(Map.of("y", Tensor.of(new float[] {0, 1}, 1, 2)))))
                    .isEqualTo("spam");
        }
        assertThatThrownBy(() -> DjlTranslator.of(new Labelled(), SUM))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("Labelled")
                .cause()
                .hasMessageContaining("folder");
    }

    /** Reads its labels when it is prepared. */
    private static final class Labelled implements Translator<Float, String> {
        private List<String> labels = List.of();

        @Override
        public void prepare(TranslatorContext context) throws IOException {
            labels = context.getModel().getArtifact("synset.txt", stream -> {
                try {
                    return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        @Override
        public NDList processInput(TranslatorContext context, Float input) {
            return new NDList();
        }

        @Override
        public String processOutput(TranslatorContext context, NDList list) {
            float[] scores = list.singletonOrThrow().toFloatArray();
            return labels.get(scores[0] > scores[1] ? 0 : 1);
        }
    }

    // What does not fit.

    @Test
    void refusesATranslatorThatCarriesStateFromInputToOutput() {
        Translator<float[], Float> stateful = new Largest(null) {
            @Override
            public NDList processInput(TranslatorContext context, float[] input) throws Exception {
                context.setAttachment("width", 640);
                return super.processInput(context, input);
            }
        };
        try (DjlTranslator<float[], Float> translator = DjlTranslator.of(stateful, SUM)) {
            assertThatThrownBy(() -> translator.toTensors(new float[] {1, 2}))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("'width'");
        }
    }

    @Test
    void refusesArraysThatDoNotFitTheModel() {
        Signature one = Signature.of(SUM.inputs().subList(0, 1), SUM.outputs());
        Signature doubles = Signature.of(
                List.of(tensor("a", ElementType.FLOAT64, "[2]"), tensor("b", ElementType.FLOAT64, "[2]")),
                SUM.outputs());
        try (DjlTranslator<float[], Float> tooMany = DjlTranslator.of(new Largest(null), one);
                DjlTranslator<float[], Float> wrongType = DjlTranslator.of(new Largest(null), doubles)) {
            assertThatThrownBy(() -> tooMany.toTensors(new float[] {1, 2}))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("a: float32[batch, 2]")
                    .hasMessageContaining("2 arrays");
            assertThatThrownBy(() -> wrongType.toTensors(new float[] {1, 2}))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("'a'")
                    .hasMessageContaining("float64")
                    .hasMessageContaining("float32");
        }
    }

    @Test
    void refusesOutputsThatAreNoTensorsOrSeveralRows() {
        try (DjlTranslator<float[], Float> translator = DjlTranslator.of(new Largest(Batchifier.STACK), SUM)) {
            assertThatThrownBy(() -> translator.fromOutputs(Outputs.of(Map.of("y", List.of()))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("y");
            assertThatThrownBy(() -> translator.fromOutputs(Outputs.of(Map.of("y", Tensor.of(new float[4], 2, 2)))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("[2, 2]");
        }
    }

    @Test
    void passesOnWhatTheTranslatorThrows() {
        IllegalArgumentException own = new IllegalArgumentException("own");
        IOException checked = new IOException("checked");
        try (DjlTranslator<Exception, Float> translator = DjlTranslator.of(new Throwing(), SUM)) {
            assertThatThrownBy(() -> translator.toTensors(own)).isSameAs(own);
            assertThatThrownBy(() -> translator.toTensors(checked))
                    .isInstanceOf(InvalidInputException.class)
                    .hasCause(checked);
        }
    }

    /** Throws what it is given. */
    private static final class Throwing implements Translator<Exception, Float> {
        @Override
        public NDList processInput(TranslatorContext context, Exception input) throws Exception {
            throw input;
        }

        @Override
        public Float processOutput(TranslatorContext context, NDList list) {
            return 0f;
        }
    }
}
