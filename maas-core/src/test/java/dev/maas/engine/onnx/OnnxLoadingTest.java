package dev.maas.engine.onnx;

import static dev.maas.engine.onnx.OnnxFixture.run;
import static dev.maas.engine.onnx.OnnxFixture.undeclared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.engine.VettedModel.ExternalTensor;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the runtime gets a model's bytes from, and where not. */
class OnnxLoadingTest {
    private static final Tensor TENS = Tensor.of(new float[] {10, 10, 10, 10}, 1, 4);
    private static final Tensor SUM = Tensor.of(new float[] {11, 12, 13, 14}, 1, 4);

    private final OnnxFixture onnx = new OnnxFixture();

    @AfterEach
    void close() {
        onnx.close();
    }

    private static VettedModel model(ModelSource source, ExternalTensor... weights) {
        return new VettedModel(source, Optional.empty(), List.of(weights));
    }

    private static ExternalTensor weight(String file, long offset) {
        return new ExternalTensor("w", Optional.of(ElementType.FLOAT32), List.of(4L), file, offset, 16);
    }

    private static ModelSource inMemory(int offset) {
        return ModelSource.of(
                "model.onnx",
                Map.of(
                        "model.onnx",
                        OnnxModels.withExternalWeight("weights.bin", offset),
                        "weights.bin",
                        OnnxModels.externalWeight(offset)));
    }

    /** Files on disk, each in a place of its own, as a cache of downloads has them. */
    private record Scattered(String entry, Map<String, Path> paths) implements ModelSource {
        @Override
        public Set<String> files() {
            return paths.keySet();
        }

        @Override
        public long size(String file) throws IOException {
            return Files.size(paths.get(file));
        }

        @Override
        public InputStream open(String file) throws IOException {
            return Files.newInputStream(paths.get(file));
        }

        @Override
        public Optional<Path> path(String file) {
            return Optional.ofNullable(paths.get(file));
        }

        @Override
        public Optional<Path> folder() {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6, 64, 4096})
    void readsWeightsFromMemory(int offset) {
        RunFrame frame = onnx.frame(model(inMemory(offset), weight("weights.bin", offset)));

        run(frame, TENS);

        assertThat(frame.outputValue(0)).isEqualTo(SUM);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 64, 5000})
    void mapsWeightsFromFilesThatAreNotInOneFolder(int offset, @TempDir Path here, @TempDir Path there)
            throws IOException {
        Path entry = Files.write(here.resolve("aa"), OnnxModels.withExternalWeight("weights.bin", offset));
        Path weights = Files.write(there.resolve("bb"), OnnxModels.externalWeight(offset));
        ModelSource source = new Scattered("model.onnx", Map.of("model.onnx", entry, "weights.bin", weights));
        RunFrame frame = onnx.frame(model(source, weight("weights.bin", offset)));

        run(frame, TENS);

        assertThat(frame.outputValue(0)).isEqualTo(SUM);
    }

    @Test
    void readsManyWeightsOfOneFileInOnePass() {
        OnnxGraph graph = new OnnxGraph("many").input("x", OnnxType.tensor(ElementType.FLOAT32, "[1]"));
        ByteBuffer file = ByteBuffer.allocate(40).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        ExternalTensor[] weights = new ExternalTensor[10];
        String sum = "x";
        for (int i = 0; i < 10; i++) {
            // Described in another order than they lie in the file; two of them share their bytes.
            int place = i == 9 ? 0 : (i * 7) % 10;
            file.putFloat(4 * place, 1 << place);
            graph.externalWeight("w" + i, ElementType.FLOAT32, new long[] {1}, "w.bin", 4L * place, 4)
                    .node("Add", List.of(sum, "w" + i), List.of("s" + i));
            sum = "s" + i;
            weights[i] =
                    new ExternalTensor("w" + i, Optional.of(ElementType.FLOAT32), List.of(1L), "w.bin", 4L * place, 4);
        }
        byte[] model =
                graph.output(sum, OnnxType.tensor(ElementType.FLOAT32, "[1]")).toModel();
        Counting source = new Counting(ModelSource.of("m.onnx", Map.of("m.onnx", model, "w.bin", file.array())));
        RunFrame frame = onnx.frame(model(source, weights));

        run(frame, Tensor.of(new float[] {0}));

        // All places but the one of i == 9, which the second to use place 0 took instead.
        int places = (1 << 10) - 1 - (1 << (9 * 7) % 10) + 1;
        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {places}));
        assertThat(source.opened).isEqualTo(2);
    }

    /** Counts how often the file with the weights is opened. */
    private static final class Counting implements ModelSource {
        private final ModelSource source;
        private int opened;

        Counting(ModelSource source) {
            this.source = source;
        }

        @Override
        public String entry() {
            return source.entry();
        }

        @Override
        public Set<String> files() {
            return source.files();
        }

        @Override
        public long size(String file) throws IOException {
            return source.size(file);
        }

        @Override
        public InputStream open(String file) throws IOException {
            opened += file.equals(source.entry()) ? 0 : 1;
            return source.open(file);
        }

        @Override
        public Optional<Path> path(String file) {
            return Optional.empty();
        }

        @Override
        public Optional<Path> folder() {
            return Optional.empty();
        }
    }

    static Stream<Arguments> unsoundWeights() {
        Optional<ElementType> floats = Optional.of(ElementType.FLOAT32);
        return Stream.of(
                Arguments.of("file has", new ExternalTensor("w", floats, List.of(4L), "weights.bin", 8, 16)),
                Arguments.of("file has", new ExternalTensor("w", floats, List.of(4L), "weights.bin", -4, 16)),
                Arguments.of(
                        "file has", new ExternalTensor("w", floats, List.of(4L), "weights.bin", Long.MAX_VALUE, 16)),
                Arguments.of("takes 16 bytes", new ExternalTensor("w", floats, List.of(4L), "weights.bin", 0, 20)),
                Arguments.of("impossible shape", new ExternalTensor("w", floats, List.of(-4L), "weights.bin", 0, 16)),
                Arguments.of(
                        "impossible shape",
                        new ExternalTensor("w", floats, List.of(Long.MAX_VALUE, 9L), "weights.bin", 0, 16)),
                Arguments.of("2 GiB", new ExternalTensor("w", floats, List.of(1L << 30), "weights.bin", 0, 1L << 32)),
                Arguments.of("not among", new ExternalTensor("w", floats, List.of(4L), "../weights.bin", 0, 16)),
                Arguments.of("unknown", new ExternalTensor("w", Optional.empty(), List.of(4L), "weights.bin", 0, 16)),
                Arguments.of(
                        "uint32",
                        new ExternalTensor("w", Optional.of(ElementType.UINT32), List.of(4L), "weights.bin", 0, 16)));
    }

    @ParameterizedTest
    @MethodSource("unsoundWeights")
    void refusesWeightsThatAreNotWhereTheModelSays(String reason, ExternalTensor weight) {
        assertThatThrownBy(() -> onnx.load(model(inMemory(0), weight)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'w'")
                .hasMessageContaining(reason.equals("file has") ? "of the file 'weights.bin', which has 16" : reason);
    }

    @Test
    void refusesWeightsOfAStreamThatEndsEarly() {
        ModelSource source = new Truncating(inMemory(0));

        assertThatThrownBy(() -> onnx.load(model(source, weight("weights.bin", 0))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'model.onnx'")
                .hasCauseInstanceOf(IOException.class);
    }

    /** Promises more bytes than it gives. */
    private record Truncating(ModelSource source) implements ModelSource {
        @Override
        public String entry() {
            return source.entry();
        }

        @Override
        public Set<String> files() {
            return source.files();
        }

        @Override
        public long size(String file) throws IOException {
            return source.size(file);
        }

        @Override
        public InputStream open(String file) throws IOException {
            byte[] bytes = source.open(file).readAllBytes();
            return new ByteArrayInputStream(bytes, 0, bytes.length - 1);
        }

        @Override
        public Optional<Path> path(String file) {
            return Optional.empty();
        }

        @Override
        public Optional<Path> folder() {
            return Optional.empty();
        }
    }

    @Test
    void readsNoFileThatNobodyListed() throws IOException {
        // The runtime would look for it in the working directory.
        Path bait = Path.of("maas-test-bait.bin");
        Files.write(bait, OnnxModels.externalWeight(0));
        try {
            byte[] model = OnnxModels.withExternalWeight(bait.toString(), 0);

            assertThatThrownBy(() -> onnx.load(undeclared(model))).isInstanceOf(ModelLoadException.class);
        } finally {
            Files.delete(bait);
        }
    }

    @Test
    void leavesTheCallersBytesAlone() {
        byte[] model = OnnxModels.mlp(4, 2);
        byte[] copy = model.clone();

        onnx.load(undeclared(model));

        assertThat(model).isEqualTo(copy);
    }

    @Test
    void namesNoFolderWhenItRefuses(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("model.onnx"), OnnxModels.withExternalWeight("weights.bin", 0));
        Files.write(folder.resolve("weights.bin"), new byte[3]);

        assertThatThrownBy(() -> onnx.load(model(ModelSource.of(folder), weight("weights.bin", 0))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("model.onnx")
                .hasMessageNotContaining(folder.toString())
                .hasMessageNotContaining(folder.getFileName().toString())
                .hasMessageNotContaining("onnxruntime_src");
    }
}
