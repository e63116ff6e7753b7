package dev.maas.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.Engines;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The adapter serves what other engines of DJL read, by the file's extension. */
class DjlOtherEngineTest {
    private static final Signature SIGNATURE = Signature.of(
            List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.parse("[n]"))),
            List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.parse("[n]"))));

    @BeforeAll
    static void register() {
        FakeXgBoost.register();
    }

    private static VettedModel model(String contents) {
        ModelSource source =
                ModelSource.of("trees.xgb", Map.of("trees.xgb", contents.getBytes(StandardCharsets.UTF_8)));
        return new VettedModel(source, Optional.of(SIGNATURE), List.of());
    }

    private static Object result(LoadedModel loaded) {
        try (loaded;
                RunFrame frame = loaded.newFrame()) {
            frame.input(0).copyFrom(Tensor.of(new float[] {1, 2}));
            frame.run();
            return frame.outputValue(0);
        }
    }

    @Test
    void servesAFileOfAnotherEngine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("trees.xgb"), "2.5");
        try (Engines engines = new Engines(EngineOptions.defaults())) {
            Engine engine = engines.forFile("trees.xgb");
            assertThat(engine.name()).isEqualTo("djl");

            VettedModel vetted = new VettedModel(ModelSource.of(file), Optional.of(SIGNATURE), List.of());

            assertThat(result(engine.load(vetted))).isEqualTo(Tensor.of(new float[] {2.5f, 5}));
        }
    }

    @Test
    void servesBytesOfAnotherEngine() {
        try (Engine engine = new DjlEngineProvider().open(EngineOptions.defaults())) {
            assertThat(result(engine.load(model("3")))).isEqualTo(Tensor.of(new float[] {3, 6}));
        }
    }

    @Test
    void saysWhyAnotherEngineRefusesAFile() {
        try (Engine engine = new DjlEngineProvider().open(EngineOptions.defaults())) {
            assertThatThrownBy(() -> engine.load(model("not a number")))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("trees.xgb")
                    .hasMessageContaining("XGBoost")
                    .hasMessageContaining("not a number");
        }
    }

    @Test
    void needsASignature() {
        try (Engine engine = new DjlEngineProvider().open(EngineOptions.defaults())) {
            VettedModel undeclared = new VettedModel(model("1").source(), Optional.empty(), List.of());

            assertThatThrownBy(() -> engine.load(undeclared))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("trees.xgb")
                    .hasMessageContaining("signature");
        }
    }

    @Test
    void refusesOptionsThatTheOtherEngineWouldIgnore() {
        try (Engine engine =
                new DjlEngineProvider().open(EngineOptions.defaults().withThreads(2))) {
            assertThatThrownBy(() -> engine.load(model("1")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("XGBoost");
        }
    }

    @Test
    void refusesFilesOfEnginesThatAreNotThere() {
        ModelSource source = ModelSource.of("net.pt", Map.of("net.pt", new byte[] {1}));
        try (Engine engine = new DjlEngineProvider().open(EngineOptions.defaults())) {
            assertThatThrownBy(() -> engine.load(new VettedModel(source, Optional.of(SIGNATURE), List.of())))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("net.pt")
                    .hasMessageContaining("onnx");
        }
    }
}
