package dev.maas.gate;

import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.value;
import static dev.maas.gate.RawModel.withWeight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoldenDataTest {
    /** Inputs x and v, of which v comes after the default w; output y. */
    private final byte[] model = withWeight(RawModel.tensor("w", FLOAT, 1).bytes(9, new byte[4]))
            .input(value("w", tensorType(FLOAT, 1)))
            .input(value("v", tensorType(FLOAT, 1)))
            .bytes();

    private final GoldenData golden =
            new GoldenData(Map.of("x", Tensor.scalar(1f), "v", Tensor.scalar(2f)), Map.of("y", Tensor.scalar(3f)));

    private OnnxModel inspect(ModelSource source) {
        return new ModelGate().inspect(source).onnx().orElseThrow();
    }

    private ModelSource source(String folder, Map<String, byte[]> data) {
        Map<String, byte[]> files = new HashMap<>();
        files.put(folder + "model.onnx", model);
        data.forEach((name, bytes) -> files.put(folder + name, bytes));
        return ModelSource.of(folder + "model.onnx", files);
    }

    @Test
    void comesBackFromThePackage() {
        Map<String, byte[]> files = golden.files(4, inspect(source("", Map.of())));
        ModelSource source = source("", files);

        assertThat(files)
                .containsOnlyKeys(
                        "test_data_set_4/input_0.pb", "test_data_set_4/input_1.pb", "test_data_set_4/output_0.pb");
        assertThat(GoldenData.numbers(source)).containsExactly(4);
        assertThat(GoldenData.read(source, inspect(source), 4)).isEqualTo(golden);
    }

    @Test
    void liesBesideTheModel() {
        ModelSource source = source("sub/", golden.files(0, inspect(source("", Map.of()))));

        assertThat(GoldenData.numbers(source)).containsExactly(0);
        assertThat(GoldenData.read(source, inspect(source), 0)).isEqualTo(golden);
    }

    @Test
    void defaultsAreCountedWhereEveryInputHasAFile() {
        Map<String, byte[]> files = new HashMap<>();
        float[] values = {1, 9, 2};
        for (int i = 0; i < 3; i++) {
            WireWriter tensor = new WireWriter().integer(2, FLOAT);
            files.put(
                    "test_data_set_0/input_" + i + ".pb",
                    tensor.bytes(
                                    9,
                                    java.nio.ByteBuffer.allocate(4)
                                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                                            .putFloat(values[i])
                                            .array())
                            .toBytes());
        }
        ModelSource source = source("", files);

        assertThat(GoldenData.read(source, inspect(source), 0).inputs()).isEqualTo(golden.inputs());
    }

    @Test
    void otherFilesAreNotMistakenForIt() {
        ModelSource source = source(
                "",
                Map.of(
                        "test_data_set_x/input_0.pb", new byte[0],
                        "other/test_data_set_1/input_0.pb", new byte[0],
                        "test_data_set_2/input_0.pb.txt", new byte[0],
                        "test_data_set_3/weights.pb", new byte[0]));

        assertThat(GoldenData.numbers(source)).isEmpty();
    }

    @Test
    void damagedDataIsRefusedByItsName() {
        ModelSource damaged = source("", Map.of("test_data_set_0/output_0.pb", new byte[] {8}));
        ModelSource surplus = source("", Map.of("test_data_set_0/output_7.pb", new byte[] {8}));

        assertThatThrownBy(() -> GoldenData.read(damaged, inspect(damaged), 0))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'test_data_set_0/output_0.pb' is not a sound tensor(float)");
        assertThatThrownBy(() -> GoldenData.read(surplus, inspect(surplus), 0))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'test_data_set_0/output_7.pb' belongs to no input or output: the model has 1");
    }

    @Test
    void onlyValuesOfTheModelAreWritten() {
        OnnxModel inspected = inspect(source("", Map.of()));
        GoldenData unknown = new GoldenData(Map.of("z", Tensor.scalar(1f)), Map.of());
        GoldenData wrong = new GoldenData(Map.of("x", Tensor.scalar(1)), Map.of());

        assertThatThrownBy(() -> unknown.files(0, inspected))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no value named 'z' among [x, v]");
        assertThatThrownBy(() -> wrong.files(0, inspected)).isInstanceOf(IllegalArgumentException.class);
    }
}
