package dev.maas.gate;

import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.externalTensor;
import static dev.maas.gate.RawModel.node;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.value;
import static dev.maas.gate.RawModel.withWeight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.ModelMetadata;
import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import dev.maas.engine.Engines;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.Signature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** How the gate stands between packages and engines. */
class ModelGateTest {
    private final ModelGate gate = new ModelGate();
    private final RecordingProvider preferred = new RecordingProvider("first", Set.of("onnx"), 2);
    private final RecordingProvider other = new RecordingProvider("second", Set.of("onnx", "pt"), 1);
    private final Engines engines = new Engines(List.of(other, preferred), EngineOptions.defaults());

    /** An engine that keeps what it was asked to load. */
    private static final class RecordingProvider implements EngineProvider, Engine {
        private final String name;
        private final Set<String> formats;
        private final int preference;
        private final List<VettedModel> loaded = new ArrayList<>();
        private boolean open;

        RecordingProvider(String name, Set<String> formats, int preference) {
            this.name = name;
            this.formats = formats;
            this.preference = preference;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public Availability availability() {
            return Availability.yes();
        }

        @Override
        public Set<String> formats() {
            return formats;
        }

        @Override
        public int preference() {
            return preference;
        }

        @Override
        public Engine open(EngineOptions options) {
            open = true;
            return this;
        }

        @Override
        public LoadedModel load(VettedModel model) {
            loaded.add(model);
            return Mockito.mock(LoadedModel.class);
        }

        @Override
        public void close() {}
    }

    /** Files of which only the names, the sizes and one content matter. */
    private record NamedFiles(String entry, Set<String> files, ModelMetadata metadata) implements ModelSource {
        private static final byte[] CONTENT = RawModel.add().bytes();

        static NamedFiles of(String entry, String... others) {
            Set<String> files = new LinkedHashSet<>(List.of(others));
            files.add(entry);
            return new NamedFiles(entry, files, ModelMetadata.empty());
        }

        NamedFiles forEngine(String engine) {
            return new NamedFiles(
                    entry, files, ModelMetadata.builder().engine(engine).build());
        }

        @Override
        public long size(String file) throws IOException {
            if (file.equals("unreadable")) {
                throw new NoSuchFileException("/home/somebody/unreadable");
            }
            return CONTENT.length;
        }

        @Override
        public InputStream open(String file) throws IOException {
            return new ByteArrayInputStream(CONTENT);
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
    void thePreferredEngineLoadsWhatPassed() {
        gate.load(RawModel.add().source(), engines);

        VettedModel vetted = preferred.loaded.get(0);
        assertThat(vetted.signature().map(Signature::toString)).contains("(x: float32[1]) -> (y: float32[1])");
        assertThat(vetted.externalTensors()).isEmpty();
        assertThat(other.loaded).isEmpty();
    }

    @Test
    void theEngineThatThePublisherNamedLoads() {
        gate.load(NamedFiles.of("model.onnx").forEngine("second"), engines);

        assertThat(other.loaded).hasSize(1);
        assertThat(preferred.loaded).isEmpty();
    }

    @Test
    void theEngineLearnsWhereWeightsLie() {
        WireWriter weight = externalTensor("w", FLOAT, new long[] {2}, "location", "w.bin", "offset", "8");
        gate.load(
                ModelSource.of("m.onnx", Map.of("m.onnx", withWeight(weight).bytes(), "w.bin", new byte[16])), engines);

        assertThat(preferred.loaded.get(0).externalTensors()).singleElement().satisfies(tensor -> {
            assertThat(tensor.file()).isEqualTo("w.bin");
            assertThat(tensor.offset()).isEqualTo(8);
            assertThat(tensor.length()).isEqualTo(8);
        });
    }

    @Test
    void theEngineLearnsWhichOutputsMayBeAbsent() {
        WireWriter optional = new WireWriter().message(9, new WireWriter().message(1, tensorType(FLOAT, 5)));
        gate.load(
                new RawModel()
                        .node(node("Maybe", List.of("x"), List.of("y", "z")))
                        .input(value("x", tensorType(FLOAT, 1)))
                        .output(value("y", optional))
                        .output(value("z", tensorType(FLOAT, 1)))
                        .source(),
                engines);

        assertThat(preferred.loaded.get(0).optionalOutputs()).containsExactly("y");
        assertThat(preferred.loaded.get(0).signature().orElseThrow())
                .hasToString("(x: float32[1]) -> (y: float32[5], z: float32[1])");
    }

    @Test
    void noEngineIsOpenedForAModelThatIsNotSound() {
        assertThatThrownBy(() -> gate.load(ModelSource.of(new byte[] {1, 2, 3}), engines))
                .isInstanceOf(ModelLoadException.class);

        assertThat(preferred.open).isFalse();
        assertThat(other.open).isFalse();
    }

    @Test
    void noEngineIsOpenedForTypesThatMaasDoesNotCarry() {
        RawModel model = new RawModel()
                .node(node("Identity", List.of("x"), List.of("y")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(17, 1)));

        assertThat(gate.inspect(model.source()).onnx().orElseThrow().uncarried())
                .hasSize(1);
        assertThatThrownBy(() -> gate.load(model.source(), engines))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("The output 'y' is of type tensor(float8e4m3fn)");
        assertThat(preferred.open).isFalse();
    }

    @Test
    void otherFormatsPassWithTheirPackageChecked() {
        gate.load(NamedFiles.of("model.pt", "labels.txt"), engines);

        assertThat(other.loaded.get(0).signature()).isEmpty();
        Inspection inspection = gate.inspect(NamedFiles.of("models/net.PT"));
        assertThat(inspection.format()).isEqualTo("pt");
        assertThat(inspection.onnx()).isEmpty();
        assertThat(gate.inspect(NamedFiles.of("a.b/model")).format()).isEmpty();
    }

    @Test
    void theFormatIsTheExtensionInAnyCase() {
        assertThat(gate.inspect(NamedFiles.of("Model.ONNX")).onnx()).isPresent();
    }

    /** Otherwise a file of another name would reach the engine without having been inspected. */
    @Test
    void anEngineByNameLoadsOnlyTheFormatsThatItReads() {
        assertThatThrownBy(() -> gate.load(NamedFiles.of("model.bin").forEngine("first"), engines))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("The engine 'first' does not read '.bin' files; it reads [onnx]");
        assertThatThrownBy(() -> gate.load(NamedFiles.of("model.onnx").forEngine("third"), engines))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("No engine is named 'third'");
        assertThat(preferred.open).isFalse();
    }

    @Test
    void packagesWithUnfitNamesAreRefusedWhateverTheirFormat() {
        for (String name : List.of("../x", "/x", "a\\b", "MODEL.pt", "model.pt/x", "nul", "a\nb")) {
            assertThatThrownBy(() -> gate.inspect(NamedFiles.of("model.pt", name)))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageStartingWith("A package cannot have a file named ");
        }
    }

    @Test
    void theEntryIsOneOfTheFiles() {
        NamedFiles source = new NamedFiles("model.onnx", Set.of("other.onnx"), ModelMetadata.empty());

        assertThatThrownBy(() -> gate.inspect(source)).hasMessageContaining("'model.onnx', is not among");
    }

    @Test
    void packagesAreBounded() {
        GateLimits limits = GateLimits.builder().files(2).packageBytes(150).build();
        ModelGate strict = new ModelGate(limits);

        assertThat(strict.inspect(NamedFiles.of("m.pt", "a")).files()).isEqualTo(2);
        assertThatThrownBy(() -> strict.inspect(NamedFiles.of("m.pt", "a", "b")))
                .hasMessage("The package has 3 files; the gate's limit is 2");
        ModelGate small = new ModelGate(GateLimits.builder().packageBytes(140).build());
        assertThatThrownBy(() -> small.inspect(NamedFiles.of("m.pt", "a")))
                .hasMessage("The package has 146 bytes; the gate's limit is 140");
    }

    @Test
    void limitsAreAtLeastOne() {
        assertThatThrownBy(() -> GateLimits.builder().files(0).build())
                .hasMessageContaining("files is 1 or more; got 0");
        assertThatThrownBy(() -> GateLimits.builder().depth(101).build()).hasMessageContaining("at most 100; got 101");
        assertThat(GateLimits.defaults()).isEqualTo(GateLimits.builder().build());
    }

    @Test
    void messagesHoldNoPaths() {
        assertThatThrownBy(() -> gate.inspect(NamedFiles.of("m.pt", "unreadable")))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("The size of 'unreadable' cannot be found out")
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileThatEndsEarlyCannotBeRead() {
        byte[] whole = RawModel.add().bytes();
        ModelSource shrinking = new ModelSource() {
            private final ModelSource real = ModelSource.of(whole);

            @Override
            public String entry() {
                return real.entry();
            }

            @Override
            public Set<String> files() {
                return real.files();
            }

            @Override
            public long size(String file) {
                return whole.length;
            }

            @Override
            public InputStream open(String file) {
                return new ByteArrayInputStream(whole, 0, whole.length - 1);
            }

            @Override
            public Optional<Path> path(String file) {
                return Optional.empty();
            }

            @Override
            public Optional<Path> folder() {
                return Optional.empty();
            }
        };

        assertThatThrownBy(() -> gate.inspect(shrinking))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("'model.onnx' cannot be read to its end")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void namesInMessagesAreShortAndHarmless() {
        RawModel model = RawModel.add()
                .node(node("Evil\u001b[31m\n\u202e", List.of("gone\r\n" + "x".repeat(5000)), List.of("z")));

        assertThatThrownBy(() -> gate.inspect(model.source()))
                .isInstanceOf(ModelLoadException.class)
                .message()
                .matches("[\\P{Cntrl}&&\\P{Cf}]*")
                .hasSizeLessThan(500);
    }
}
