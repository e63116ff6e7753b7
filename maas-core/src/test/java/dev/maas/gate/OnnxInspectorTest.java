package dev.maas.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.tensor.ElementType;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which models an engine can be given from memory alone. */
class OnnxInspectorTest {
    private final OnnxInspector inspector = new OnnxInspector();

    private static ModelSource external(ElementType type) {
        byte[] graph = new OnnxGraph("external")
                .input("x", OnnxType.tensor(type, "[2]"))
                .externalWeight("w", type, new long[] {2}, "weights.bin", 0, 2L * type.byteSize())
                .node("Add", java.util.List.of("x", "w"), java.util.List.of("y"))
                .output("y", OnnxType.tensor(type, "[2]"))
                .toModel();
        return ModelSource.of("model.onnx", Map.of("model.onnx", graph, "weights.bin", new byte[16]));
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT32", "FLOAT64", "FLOAT16", "BFLOAT16", "INT8", "INT16", "INT32", "INT64", "UINT8", "BOOL"})
    void weightsOfTypesThatJavaHandsOverNeedNoFiles(ElementType type) {
        assertThat(inspector.needsFiles(external(type))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"UINT16", "UINT32", "UINT64"})
    void weightsOfOtherTypesNeedTheirFiles(ElementType type) {
        assertThat(inspector.needsFiles(external(type)).orElseThrow())
                .contains("'w' in 'weights.bin' is of the type " + type)
                .contains("Put it into the model's own file");
    }

    @Test
    void aModelWithoutOtherFilesNeedsNone() {
        assertThat(inspector.needsFiles(ModelSource.of(OnnxModels.mlp(2, 2)))).isEmpty();
        assertThat(inspector.needsFiles(ModelSource.of("model.pt", Map.of("model.pt", new byte[1]))))
                .isEmpty();
    }

    @Test
    void aDamagedModelIsRefused() {
        ModelSource damaged = ModelSource.of(new byte[] {1, 2, 3});
        assertThatThrownBy(() -> inspector.needsFiles(damaged)).isInstanceOf(ModelLoadException.class);
    }
}
