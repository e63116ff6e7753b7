package dev.maas.engine.djl;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.EngineException;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What DJL would answer wrongly is refused. */
class DjlLimitsTest {
    private final Engine engine = new DjlEngineProvider().open(EngineOptions.defaults());

    @AfterEach
    void close() {
        engine.close();
    }

    private static TensorSpec tensor(String name, ElementType type, String shape) {
        return new TensorSpec(name, type, Shape.parse(shape));
    }

    private static VettedModel vetted(byte[] model, TensorSpec input, TensorSpec output) {
        return new VettedModel(
                ModelSource.of(model), Optional.of(Signature.of(List.of(input), List.of(output))), List.of());
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"INT16", "UINT16", "UINT32", "UINT64"})
    void refusesOutputsThatDjlTakesForAnotherType(ElementType type) {
        VettedModel model = vetted(
                OnnxModels.cast(ElementType.INT64, type, "[n]"),
                tensor("x", ElementType.INT64, "[n]"),
                tensor("y", type, "[n]"));

        assertThatThrownBy(() -> engine.load(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("output y: " + type)
                .hasMessageContaining("'onnxruntime'");
    }

    @Test
    void refusesStringMatricesOfWhichTheFileSaysNothing() {
        OnnxType anyRank = OnnxType.tensor(ElementType.STRING, Shape.unknown());
        VettedModel model = vetted(
                OnnxModels.identity(anyRank, anyRank),
                new TensorSpec("x", ElementType.STRING, Shape.unknown()),
                new TensorSpec("y", ElementType.STRING, Shape.unknown()));
        try (LoadedModel loaded = engine.load(model);
                RunFrame frame = loaded.newFrame()) {
            frame.input(0).copyFrom(Tensor.of(new String[] {"a", "b", "c", "d", "e", "f"}, 2, 3));

            assertThatThrownBy(frame::run)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("'y'")
                    .hasMessageContaining("2 dimensions");
        }
    }

    @Test
    void refusesOutputsThatMayBeAbsent() {
        VettedModel model = new VettedModel(
                ModelSource.of(OnnxModels.optional(false)),
                Optional.of(Signature.of(
                        List.of(tensor("x", ElementType.FLOAT32, "[n]")),
                        List.of(tensor("y", ElementType.FLOAT32, "[n]"), tensor("z", ElementType.FLOAT32, "[n]")))),
                Set.of("y"),
                List.of());

        assertThatThrownBy(() -> engine.load(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("y: float32[n]")
                .hasMessageContaining("absent");
    }

    @Test
    void refusesModelsWithoutInputs() {
        byte[] model = new OnnxGraph("constant")
                .weight("w", Tensor.of(new float[] {7}))
                .node("Neg", List.of("w"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[1]"))
                .toModel();

        assertThatThrownBy(() -> engine.load(new VettedModel(
                        ModelSource.of(model),
                        Optional.of(Signature.of(List.of(), List.of(tensor("y", ElementType.FLOAT32, "[1]")))),
                        List.of())))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("no inputs");
    }

    @Test
    void refusesWeightsInOtherFilesThatAreNotInAFolder() {
        ModelSource source = ModelSource.of(
                "model.onnx",
                Map.of(
                        "model.onnx", OnnxModels.withExternalWeight("w.bin", 0),
                        "w.bin", OnnxModels.externalWeight(0)));
        VettedModel model = new VettedModel(
                source,
                Optional.of(Signature.of(
                        List.of(tensor("x", ElementType.FLOAT32, "[batch, 4]")),
                        List.of(tensor("y", ElementType.FLOAT32, "[batch, 4]")))),
                List.of(new VettedModel.ExternalTensor(
                        "w", Optional.of(ElementType.FLOAT32), List.of(4L), "w.bin", 0, 16)));

        assertThatThrownBy(() -> engine.load(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("folder");
    }

    @Test
    void noticesADeclarationThatIsNotTheModels() {
        VettedModel wrongType = vetted(
                OnnxModels.identity(ElementType.FLOAT32, "[n]"),
                tensor("x", ElementType.FLOAT32, "[n]"),
                tensor("y", ElementType.FLOAT64, "[n]"));
        try (LoadedModel loaded = engine.load(wrongType);
                RunFrame frame = loaded.newFrame()) {
            frame.input(0).copyFrom(Tensor.of(new float[] {1}));

            assertThatThrownBy(frame::run)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("float64")
                    .hasMessageContaining("float32");
        }
    }
}
