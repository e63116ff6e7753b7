package dev.maas.gate;

import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.STRING;
import static dev.maas.gate.RawModel.externalTensor;
import static dev.maas.gate.RawModel.node;
import static dev.maas.gate.RawModel.tensorAttribute;
import static dev.maas.gate.RawModel.withWeight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.VettedModel.ExternalTensor;
import dev.maas.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that lie outside the model's file, and those that try to lie outside its package. */
class ExternalDataTest {
    private static final long[] SHAPE = {2, 3};

    private final ModelGate gate = new ModelGate();

    private static ModelSource source(String... entries) {
        byte[] model = withWeight(externalTensor("w", FLOAT, SHAPE, entries)).bytes();
        return ModelSource.of(
                "model.onnx", Map.of("model.onnx", model, "w.bin", new byte[40], "data/v.bin", new byte[24]));
    }

    private List<ExternalTensor> read(ModelSource source) {
        return gate.inspect(source).onnx().orElseThrow().externalTensors();
    }

    @Test
    void tellsWhereWeightsLie() {
        assertThat(read(source("location", "w.bin", "offset", "16", "length", "24")))
                .containsExactly(
                        new ExternalTensor("w", Optional.of(ElementType.FLOAT32), List.of(2L, 3L), "w.bin", 16, 24));
    }

    @Test
    void offsetAndLengthMayBeLeftOut() {
        assertThat(read(source("location", "data/v.bin")))
                .containsExactly(new ExternalTensor(
                        "w", Optional.of(ElementType.FLOAT32), List.of(2L, 3L), "data/v.bin", 0, 24));
    }

    @Test
    void aLeadingDotIsTheModelsOwnFolder() {
        assertThat(read(source("location", "./w.bin")))
                .extracting(ExternalTensor::file)
                .containsExactly("w.bin");
    }

    @Test
    void weightsOfTypesThatMaasDoesNotCarryAreFine() {
        WireWriter weight = externalTensor("w", 17, new long[] {40}, "location", "w.bin");
        ModelSource source = ModelSource.of(
                "model.onnx", Map.of("model.onnx", withWeight(weight).bytes(), "w.bin", new byte[40]));

        assertThat(read(source)).extracting(ExternalTensor::elementType).containsExactly(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../w.bin",
                "/etc/passwd",
                "data/../w.bin",
                "data/../../w.bin",
                "..",
                "..\\w.bin",
                "data\\v.bin",
                "C:\\w.bin",
                "C:w.bin",
                "file:///etc/passwd",
                "\\\\server\\share\\w.bin",
            })
    void locationsThatLeadElsewhereAreRefused(String location) {
        assertThatThrownBy(() -> gate.inspect(source("location", location)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("the tensor 'w' float[2, 3] lies in ")
                .hasMessageContaining("weights lie within the package only");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W.BIN",
                "w.bin/",
                "data",
                "data/",
                "data//v.bin",
                "data/./v.bin",
                ".",
                "w.bin ",
                "*/_ORT_MEM_ADDR_/*"
            })
    void onlyListedFilesHoldWeights(String location) {
        assertThatThrownBy(() -> gate.inspect(source("location", location)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("which is not a file of the package")
                .hasMessageContaining("publish or load their folder");
    }

    @ParameterizedTest
    @CsvSource({
        "offset, -4, has the offset '-4'",
        "offset, zero, has the offset 'zero'",
        "offset, '', has the offset ''",
        "offset, ' 4', has the offset ' 4'",
        "offset, +4, has the offset '+4'",
        "offset, 4.0, has the offset '4.0'",
        "offset, 0x4, has the offset '0x4'",
        "offset, 99999999999999999999, has the offset '99999999999999999999'",
        "offset, ४, has the offset '४'",
        "offset, 17, takes 24 bytes from byte 17 of 'w.bin'; which has 40",
        "offset, 999999999999999999, takes 24 bytes from byte 999999999999999999 of 'w.bin'",
        "length, 23, takes 24 bytes; but claims 23",
        "length, 400, takes 24 bytes; but claims 400",
        "length, -24, has the length '-24'",
    })
    void numbersMustFit(String key, String value, String reason) {
        assertThatThrownBy(() -> gate.inspect(source("location", "w.bin", key, value)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(reason.replace("; which", ", which").replace("; but", ", but"));
    }

    @Test
    void theRestOfTheEntriesMustMakeSense() {
        assertThatThrownBy(() -> gate.inspect(source())).hasMessageContaining("does not say where");
        assertThatThrownBy(() -> gate.inspect(source("location", ""))).hasMessageContaining("does not say where");
        assertThatThrownBy(() -> gate.inspect(source("location", "w.bin", "location", "data/v.bin")))
                .hasMessageContaining("has the key 'location' twice");
    }

    @Test
    void stringsAndValuesInTheFileDoNotLieOutside() {
        WireWriter strings = externalTensor("w", STRING, new long[] {1}, "location", "w.bin");
        WireWriter both =
                externalTensor("w", FLOAT, new long[] {1}, "location", "w.bin").bytes(9, new byte[4]);

        assertThatThrownBy(() -> gate.inspect(withWeight(strings).source()))
                .hasMessageContaining("holds strings outside");
        assertThatThrownBy(() -> gate.inspect(withWeight(both).source())).hasMessageContaining("values twice: outside");
    }

    @Test
    void attributesAndFunctionsAreNoWayOut() {
        WireWriter constant = node(
                "Constant",
                List.of(),
                List.of("z"),
                tensorAttribute("value", externalTensor("c", FLOAT, SHAPE, "location", "../secret")));

        assertThatThrownBy(() -> gate.inspect(RawModel.add().node(constant).source()))
                .hasMessageContaining("within the package only");
        assertThatThrownBy(() -> gate.inspect(RawModel.add()
                        .modelField(25, RawModel.function("own", "f", constant))
                        .source()))
                .hasMessageContaining("within the package only");
    }

    @Test
    void theWorkingDirectoryDoesNotMatter(@TempDir Path folder) throws IOException {
        // pom.xml is there in the working directory of this test, as a file of the package it is not.
        assertThat(Files.exists(Path.of("pom.xml"))).isTrue();
        Path model = folder.resolve("model.onnx");
        Files.write(
                model,
                withWeight(externalTensor("w", FLOAT, new long[] {1}, "location", "pom.xml"))
                        .bytes());

        assertThatThrownBy(() -> gate.inspect(ModelSource.of(model)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'pom.xml', which is not a file of the package");
    }

    @Test
    void aModelAloneDoesNotReachTheFilesBesideIt(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[24]);
        Path model = folder.resolve("model.onnx");
        Files.write(
                model,
                withWeight(externalTensor("w", FLOAT, SHAPE, "location", "w.bin"))
                        .bytes());

        assertThatThrownBy(() -> gate.inspect(ModelSource.of(model))).hasMessageContaining("not a file of the package");
        assertThat(read(ModelSource.of(folder))).hasSize(1);
    }
}
