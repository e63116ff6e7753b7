package dev.maas.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.maas.ClosedException;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every engine that reads ONNX must do; an engine's own test extends this class.
 *
 * <p>An engine that cannot do something overrides the method that says so, and the contract then checks that it refuses rather than
 * answers wrongly.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EngineContract {
    private static final float[] ROW = {1, 2, 3, 4};

    /** For each test; closed after it. */
    protected Engine engine;

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** Returns the provider of the engine under test. */
    protected abstract EngineProvider provider();

    /** Returns the types that the engine takes as inputs and gives as outputs. */
    protected Set<ElementType> carriedTypes() {
        return EnumSet.complementOf(EnumSet.of(ElementType.UINT16, ElementType.UINT32, ElementType.UINT64));
    }

    /** Returns whether the engine gives sequences and maps. */
    protected boolean givesSequences() {
        return true;
    }

    /** Returns whether the engine gives strings in two dimensions and more. */
    protected boolean givesStringMatrices() {
        return true;
    }

    /** Returns whether the engine carries characters beyond the basic plane, such as emoji. */
    protected boolean carriesEmoji() {
        return true;
    }

    /** Returns whether the engine can stop a run. */
    protected boolean canInterrupt() {
        return true;
    }

    /** Returns options that the engine honours, besides the defaults. */
    protected List<EngineOptions> honouredOptions() {
        EngineOptions defaults = EngineOptions.defaults();
        return List.of(
                defaults.withThreads(1),
                defaults.withThreads(2),
                defaults.withOptimization(EngineOptions.Optimization.NONE),
                defaults.withOptimization(EngineOptions.Optimization.BASIC),
                defaults.withOptimization(EngineOptions.Optimization.EXTENDED),
                defaults.withMemoryArena(false),
                defaults.withMemoryPattern(false),
                defaults.withDeterministic(true));
    }

    /** Returns options that the engine does not honour and so refuses. */
    protected List<EngineOptions> refusedOptions() {
        return List.of();
    }

    @BeforeEach
    void open() {
        engine = provider().open(EngineOptions.defaults());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        opened.clear();
        engine.close();
    }

    // Tools.

    /** Returns the declaration of a tensor, its shape written like {@code [batch, 4]}. */
    protected static TensorSpec tensor(String name, ElementType type, String shape) {
        return new TensorSpec(name, type, Shape.parse(shape));
    }

    /** Returns a model as the gate hands it to an engine. */
    protected static VettedModel vetted(
            ModelSource source, List<TensorSpec> inputs, List<? extends ValueSpec> outputs) {
        return new VettedModel(source, Optional.of(Signature.of(inputs, outputs)), List.of());
    }

    /** Returns a model that is one file in memory. */
    protected static VettedModel vetted(byte[] model, List<TensorSpec> inputs, List<? extends ValueSpec> outputs) {
        return vetted(ModelSource.of(model), inputs, outputs);
    }

    /** Loads a model; it is closed after the test. */
    protected LoadedModel load(VettedModel model) {
        LoadedModel loaded = engine.load(model);
        opened.add(loaded);
        return loaded;
    }

    /** Makes a frame; it is closed after the test. */
    protected RunFrame frame(LoadedModel model) {
        RunFrame frame = model.newFrame();
        opened.add(frame);
        return frame;
    }

    /** Runs a frame on these inputs, in the signature's order. */
    protected static void run(RunFrame frame, Tensor... inputs) {
        for (int i = 0; i < inputs.length; i++) {
            frame.input(i).copyFrom(inputs[i]);
        }
        frame.run();
    }

    /** Returns a model that gives its input {@code x} as {@code y}. */
    protected static VettedModel identity(ElementType type, String shape) {
        return vetted(
                OnnxModels.identity(type, shape), List.of(tensor("x", type, shape)), List.of(tensor("y", type, shape)));
    }

    private static VettedModel mlp(int... widths) {
        return vetted(
                OnnxModels.mlp(widths),
                List.of(tensor("x", ElementType.FLOAT32, "[batch, " + widths[0] + "]")),
                List.of(tensor("y", ElementType.FLOAT32, "[batch, " + widths[widths.length - 1] + "]")));
    }

    private static VettedModel gather() {
        return vetted(
                OnnxModels.gather(),
                List.of(tensor("data", ElementType.FLOAT32, "[n]"), tensor("index", ElementType.INT64, "[count]")),
                List.of(tensor("y", ElementType.FLOAT32, "[count]")));
    }

    /** Returns a tensor of the given type and shape with a different value at each place, as far as the type has so many. */
    protected static Tensor sample(ElementType type, long... shape) {
        int count = (int) Shape.elementCount(shape);
        if (type == ElementType.STRING) {
            String[] texts = new String[count];
            Arrays.setAll(texts, i -> i % 3 == 0 ? "" : "text " + i + " \u00fc\u20ac");
            return Tensor.of(texts, shape);
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * type.byteSize()).order(ByteOrder.nativeOrder());
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) (type == ElementType.BOOL ? i % 2 : 17 * i + 1));
        }
        return Tensor.of(type, bytes, shape);
    }

    // What it says of itself.

    @Test
    void namesItselfAsItsProviderDoes() {
        assertThat(engine.name()).isEqualTo(provider().name());
        assertThat(engine.version()).isNotBlank();
        assertThat(provider().availability().available()).isTrue();
        assertThat(provider().formats()).contains("onnx");
    }

    @Test
    void isFoundByTheServiceLoader() {
        try (Engines engines = new Engines(EngineOptions.defaults())) {
            assertThat(engines.named(provider().name()).name())
                    .isEqualTo(provider().name());
        }
    }

    @Test
    void readsTheSignatureOnce() {
        LoadedModel model = load(mlp(16, 32, 4));

        assertThat(model.signature().toString()).isEqualTo("(x: float32[batch, 16]) -> (y: float32[batch, 4])");
        assertThat(model.signature()).isSameAs(model.signature());
    }

    @Test
    void readsTheFilesProperties() {
        byte[] model = new OnnxGraph("properties")
                .input("x", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .node("Identity", List.of("x"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .property("author", "Ada")
                .toModel();
        VettedModel vetted = vetted(
                model,
                List.of(tensor("x", ElementType.FLOAT32, "[n]")),
                List.of(tensor("y", ElementType.FLOAT32, "[n]")));

        assertThat(load(vetted).properties()).isEqualTo(Map.of("author", "Ada"));
    }

    @Test
    void measuresMoreMemoryForMoreWeights() {
        LoadedModel small = load(mlp(4, 4));
        LoadedModel large = load(mlp(400, 400));

        assumeTrue(small.nativeBytes().isPresent(), "the engine does not measure memory");
        assertThat(large.nativeBytes().getAsLong())
                .isGreaterThan(small.nativeBytes().getAsLong() + 600_000);
    }

    // Values.

    Stream<ElementType> carried() {
        return carriedTypes().stream();
    }

    Stream<ElementType> notCarried() {
        return EnumSet.complementOf(EnumSet.copyOf(carriedTypes())).stream();
    }

    @ParameterizedTest
    @MethodSource("carried")
    void carriesValuesOfType(ElementType type) {
        RunFrame frame = frame(load(identity(type, "[n]")));
        Tensor values = sample(type, 7);

        run(frame, values);

        assertThat(frame.output(0).toTensor()).isEqualTo(values);
        assertThat(frame.outputValue(0)).isEqualTo(values);
    }

    @ParameterizedTest
    @MethodSource("carried")
    void carriesScalarsOfType(ElementType type) {
        RunFrame frame = frame(load(identity(type, "[]")));
        Tensor value = sample(type);

        run(frame, value);

        assertThat(frame.outputValue(0)).isEqualTo(value);
        assertThat(((Tensor) frame.outputValue(0)).rank()).isZero();
    }

    @ParameterizedTest
    @MethodSource("carried")
    void carriesMatricesOfType(ElementType type) {
        VettedModel model = identity(type, "[rows, 3]");
        if (type == ElementType.STRING && !givesStringMatrices()) {
            assertThatThrownBy(() -> engine.load(model))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("'model.onnx'")
                    .hasMessageContaining("y: string[rows, 3]");
            return;
        }
        RunFrame frame = frame(load(model));
        for (int rows : new int[] {2, 0, 5}) {
            Tensor values = sample(type, rows, 3);

            run(frame, values);

            assertThat(frame.outputValue(0)).isEqualTo(values);
            assertThat(frame.output(0).shape()).containsExactly(rows, 3);
        }
    }

    @ParameterizedTest
    @MethodSource("notCarried")
    void refusesInputsOfTypeAtLoad(ElementType type) {
        assertThatThrownBy(() -> engine.load(identity(type, "[n]")))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("model.onnx")
                .hasMessageContaining("x")
                .hasMessageContaining(type.toString());
    }

    @Test
    void keepsNotANumberAndInfinity() {
        RunFrame frame = frame(load(identity(ElementType.FLOAT32, "[n]")));
        Tensor values = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE});

        run(frame, values);

        assertThat(frame.outputValue(0)).isEqualTo(values);
    }

    @Test
    void carriesEmojiOrRefusesThem() {
        RunFrame frame = frame(load(identity(ElementType.STRING, "[n]")));
        Tensor texts = Tensor.of(new String[] {"plain", "a \ud83d\ude00 b \ud83c\udf70", "\u00f0", "\ud834\udd1e", ""});

        if (carriesEmoji()) {
            run(frame, texts);
            assertThat(frame.outputValue(0)).isEqualTo(texts);
        } else {
            assertThatThrownBy(() -> run(frame, texts))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("'x'")
                    .hasMessageContaining("index 1");
        }
    }

    @Test
    void refusesNullStringsBeforeNativeCode() {
        RunFrame frame = frame(load(identity(ElementType.STRING, "[n]")));
        frame.input(0).reshape(2);
        frame.input(0).strings()[0] = "only the first";

        assertThatThrownBy(frame::run)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("index 1");

        frame.input(0).strings()[1] = "and the second";
        frame.run();
        assertThat(frame.output(0).strings()).startsWith("only the first", "and the second");
    }

    @Test
    void readsFewerStringsThanTheBufferHolds() {
        RunFrame frame = frame(load(identity(ElementType.STRING, "[n]")));
        run(frame, Tensor.of(new String[] {"a", "b", "c"}));

        run(frame, Tensor.of(new String[] {"d"}));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new String[] {"d"}));
    }

    // Shapes.

    @Test
    void givesTheSameForARowAloneAndInABatchOfAnySize() {
        LoadedModel model = load(mlp(16, 32, 4));
        RunFrame frame = frame(model);
        float[][] alone = new float[64][];
        for (int row = 0; row < 64; row++) {
            run(frame, Tensor.of(row(row), 1, 16));
            alone[row] = ((Tensor) frame.outputValue(0)).toFloats();
        }
        // Back and forth, so that memory grows, shrinks and is used again.
        for (int size : new int[] {1, 64, 2, 63, 1, 33, 64, 7, 7, 1}) {
            float[] rows = new float[size * 16];
            for (int row = 0; row < size; row++) {
                System.arraycopy(row(row), 0, rows, row * 16, 16);
            }
            run(frame, Tensor.of(rows, size, 16));
            float[] together = ((Tensor) frame.outputValue(0)).toFloats();
            assertThat(frame.output(0).shape()).containsExactly(size, 4);
            for (int row = 0; row < size; row++) {
                assertThat(Arrays.copyOfRange(together, row * 4, row * 4 + 4)).containsExactly(alone[row], within());
            }
        }
    }

    private static Offset<Float> within() {
        return Offset.offset(1e-5f);
    }

    private static float[] row(int seed) {
        float[] row = new float[16];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) Math.sin(seed * 16 + i);
        }
        return row;
    }

    @Test
    void givesOutputsWhoseShapeTheDataDecides() {
        VettedModel model = vetted(
                OnnxModels.nonZero(),
                List.of(tensor("x", ElementType.FLOAT32, "[n]")),
                List.of(tensor("y", ElementType.INT64, "[1, found]")));
        RunFrame frame = frame(load(model));

        run(frame, Tensor.of(new float[] {0, 5, 0, 7}));
        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new long[] {1, 3}, 1, 2));
        run(frame, Tensor.of(new float[] {0, 0, 0, 0}));
        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new long[] {}, 1, 0));
        run(frame, Tensor.of(new float[] {9}));
        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new long[] {0}, 1, 1));
    }

    @Test
    void givesTheRightResultWhereTheFileLiesAboutAShape() {
        VettedModel model = vetted(
                OnnxModels.lyingShape(),
                List.of(tensor("x", ElementType.FLOAT32, "[batch, 4]"), tensor("shape", ElementType.INT64, "[2]")),
                List.of(tensor("y", ElementType.FLOAT32, "[batch, 4]")));
        RunFrame frame = frame(load(model));
        float[] values = {1, 2, 3, 4, 5, 6, 7, 8};

        for (long[] shape : new long[][] {{2, 4}, {4, 2}, {8, 1}, {2, 4}, {1, 8}}) {
            run(frame, Tensor.of(values, 2, 4), Tensor.of(shape));
            assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(values, shape));
            assertThat(frame.output(0).toTensor()).isEqualTo(Tensor.of(values, shape));
        }
    }

    @Test
    void takesManyInputs() {
        List<TensorSpec> inputs = new ArrayList<>();
        Tensor[] values = new Tensor[20];
        for (int i = 0; i < values.length; i++) {
            inputs.add(tensor("x" + i, ElementType.FLOAT32, "[batch, 1]"));
            values[i] = Tensor.of(new float[] {i, 100 + i}, 2, 1);
        }
        RunFrame frame = frame(
                load(vetted(OnnxModels.concat(20), inputs, List.of(tensor("y", ElementType.FLOAT32, "[batch, 20]")))));

        run(frame, values);

        float[] together = ((Tensor) frame.outputValue(0)).toFloats();
        assertThat(together).hasSize(40).startsWith(0, 1, 2).endsWith(117, 118, 119);
    }

    // Sequences and maps.

    @Test
    void givesMapsOrRefusesThem() {
        VettedModel model = vetted(
                OnnxModels.zipMap("ham", "spam"),
                List.of(tensor("x", ElementType.FLOAT32, "[batch, labels]")),
                List.of(
                        tensor("label", ElementType.INT64, "[batch]"),
                        new SequenceSpec("scores", new MapSpec("", ElementType.STRING, ElementType.FLOAT32))));
        if (!givesSequences()) {
            assertThatThrownBy(() -> engine.load(model))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("scores");
            return;
        }
        RunFrame frame = frame(load(model));

        run(frame, Tensor.of(new float[] {0.25f, 0.75f, 1, 0}, 2, 2));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new long[] {1, 0}));
        assertThat(frame.outputValue(1))
                .isEqualTo(List.of(Map.of("ham", 0.25f, "spam", 0.75f), Map.of("ham", 1f, "spam", 0f)));
        assertThatThrownBy(() -> frame.output(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void givesSequencesOrRefusesThem() {
        VettedModel model = vetted(
                OnnxModels.rows(ElementType.STRING),
                List.of(tensor("x", ElementType.STRING, "[rows, width]")),
                List.of(new SequenceSpec("y", new TensorSpec("", ElementType.STRING, Shape.unknown()))));
        if (!givesSequences()) {
            assertThatThrownBy(() -> engine.load(model))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("y");
            return;
        }
        RunFrame frame = frame(load(model));

        run(frame, Tensor.of(new String[] {"a", "b", "c", "d"}, 2, 2));

        assertThat(frame.outputValue(0))
                .isEqualTo(List.of(Tensor.of(new String[] {"a", "b"}), Tensor.of(new String[] {"c", "d"})));
    }

    // Binding.

    @Test
    void runsOnATensorThatIsBoundOnce() {
        RunFrame frame = frame(load(identity(ElementType.FLOAT32, "[n]")));
        ByteBuffer direct = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        direct.asFloatBuffer().put(ROW);
        run(frame, Tensor.of(new float[] {9, 9}));

        for (Tensor tensor : List.of(
                Tensor.wrap(ElementType.FLOAT32, direct, 4),
                Tensor.of(ROW),
                Tensor.wrap(ElementType.FLOAT32, direct.slice(4, 8).order(ByteOrder.nativeOrder()), 2))) {
            frame.bind(0, tensor);
            frame.run();
            assertThat(frame.outputValue(0)).isEqualTo(tensor);
        }
        run(frame, Tensor.of(new float[] {5}));
        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {5}));
    }

    @Test
    void runsOnMemoryThatLiesAtAnOddAddress() {
        RunFrame frame = frame(load(identity(ElementType.FLOAT64, "[n]")));
        ByteBuffer odd = ByteBuffer.allocateDirect(17).slice(1, 16).order(ByteOrder.nativeOrder());
        odd.putDouble(0, 1.5).putDouble(8, 2.5);

        frame.bind(0, Tensor.wrap(ElementType.FLOAT64, odd, 2));
        frame.run();

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new double[] {1.5, 2.5}));
    }

    @Test
    void refusesToBindAnotherType() {
        RunFrame frame = frame(load(identity(ElementType.FLOAT32, "[n]")));

        assertThatThrownBy(() -> frame.bind(0, Tensor.of(new double[] {1})))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("float32")
                .hasMessageContaining("float64");
    }

    // Failures.

    @Test
    void staysUsableAfterARunThatFailed() {
        RunFrame frame = frame(load(gather()));
        for (int round = 0; round < 3; round++) {
            assertThatThrownBy(() -> run(frame, Tensor.of(ROW), Tensor.of(new long[] {1, 77})))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("77")
                    .hasMessageNotContaining("onnxruntime/core")
                    .hasCauseInstanceOf(Exception.class);

            run(frame, Tensor.of(ROW), Tensor.of(new long[] {3, 0}));
            assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {4, 1}));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[4]", "[1, 5]", "[1, 1, 4]", "[0, 0]"})
    void refusesInputsOfTheWrongShape(String shape) {
        RunFrame frame = frame(load(mlp(4, 2)));
        Tensor wrong = sample(ElementType.FLOAT32, Shape.parse(shape).sizes());

        assertThatThrownBy(() -> run(frame, wrong))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("float32[batch, 4]")
                .hasMessageContaining("float32" + shape);

        run(frame, Tensor.of(ROW, 1, 4));
        assertThat(frame.output(0).shape()).containsExactly(1, 2);
    }

    @Test
    void failsCleanlyWhereNothingWasWritten() {
        RunFrame frame = frame(load(mlp(4, 2)));

        assertThatThrownBy(frame::run).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void refusesAFileThatIsNoModel(@TempDir Path folder) throws IOException {
        byte[] good = OnnxModels.mlp(4, 2);
        List<byte[]> bad = List.of(
                "This is a text, not a model.".getBytes(StandardCharsets.UTF_8),
                new byte[] {0},
                new byte[] {},
                Arrays.copyOf(good, good.length / 2));
        Path file = folder.resolve("bad.onnx");
        for (byte[] bytes : bad) {
            Files.write(file, bytes);
            for (ModelSource source :
                    List.of(ModelSource.of(file), ModelSource.of("bad.onnx", Map.of("bad.onnx", bytes)))) {
                assertThatThrownBy(() -> engine.load(vetted(
                                source,
                                List.of(tensor("x", ElementType.FLOAT32, "[batch, 4]")),
                                List.of(tensor("y", ElementType.FLOAT32, "[batch, 2]")))))
                        .isInstanceOf(ModelLoadException.class)
                        .hasMessageContaining("bad.onnx")
                        .hasMessageNotContaining(folder.toString());
            }
        }
    }

    @Test
    void refusesAFileThatIsGone(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("gone.onnx");
        Files.write(file, OnnxModels.mlp(4, 2));
        ModelSource source = ModelSource.of(file);
        Files.delete(file);

        assertThatThrownBy(() -> engine.load(vetted(
                        source,
                        List.of(tensor("x", ElementType.FLOAT32, "[batch, 4]")),
                        List.of(tensor("y", ElementType.FLOAT32, "[batch, 2]")))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("gone.onnx")
                .hasMessageNotContaining(folder.toString());
    }

    @Test
    void refusesAnOperatorThatItDoesNotHave() {
        byte[] model = new OnnxGraph("unknown")
                .input("x", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .node("Frobnicate", List.of("x"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .toModel();

        assertThatThrownBy(() -> engine.load(vetted(
                        model,
                        List.of(tensor("x", ElementType.FLOAT32, "[n]")),
                        List.of(tensor("y", ElementType.FLOAT32, "[n]")))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("Frobnicate");
    }

    // Files.

    @Test
    void loadsTheSameFromAFileAFolderAndMemory(@TempDir Path folder) throws IOException {
        byte[] bytes = OnnxModels.mlp(4, 2);
        Path file = Files.write(folder.resolve("model.onnx"), bytes);
        List<float[]> results = new ArrayList<>();
        for (ModelSource source : List.of(ModelSource.of(file), ModelSource.of(folder), ModelSource.of(bytes))) {
            RunFrame frame = frame(load(vetted(
                    source,
                    List.of(tensor("x", ElementType.FLOAT32, "[batch, 4]")),
                    List.of(tensor("y", ElementType.FLOAT32, "[batch, 2]")))));
            run(frame, Tensor.of(ROW, 1, 4));
            results.add(((Tensor) frame.outputValue(0)).toFloats());
        }
        assertThat(results.get(1)).containsExactly(results.get(0));
        assertThat(results.get(2)).containsExactly(results.get(0));
    }

    @Test
    void readsWeightsBesideTheModelInItsFolder(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("model.onnx"), OnnxModels.withExternalWeight("weights.bin", 8));
        Files.write(folder.resolve("weights.bin"), OnnxModels.externalWeight(8));
        RunFrame frame = frame(load(withExternalWeight(ModelSource.of(folder), 8)));

        run(frame, Tensor.of(new float[] {10, 10, 10, 10}, 1, 4));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {11, 12, 13, 14}, 1, 4));
    }

    /** Returns the model {@link OnnxModels#withExternalWeight} in a source, with the file {@code weights.bin}. */
    protected static VettedModel withExternalWeight(ModelSource source, int offset) {
        Signature signature = Signature.of(
                List.of(tensor("x", ElementType.FLOAT32, "[batch, 4]")),
                List.of(tensor("y", ElementType.FLOAT32, "[batch, 4]")));
        return new VettedModel(
                source,
                Optional.of(signature),
                List.of(new VettedModel.ExternalTensor(
                        "w", Optional.of(ElementType.FLOAT32), List.of(4L), "weights.bin", offset, 16)));
    }

    // Options.

    @Test
    void runsWithEveryOptionThatItHonours() {
        float[] expected = resultWith(EngineOptions.defaults());
        for (EngineOptions options : honouredOptions()) {
            assertThat(resultWith(options)).as(options.toString()).containsExactly(expected, within());
        }
    }

    private float[] resultWith(EngineOptions options) {
        Engine other = provider().open(options);
        try (LoadedModel model = other.load(mlp(16, 32, 4));
                RunFrame frame = model.newFrame()) {
            run(frame, Tensor.of(row(1), 1, 16));
            return ((Tensor) frame.outputValue(0)).toFloats();
        } finally {
            other.close();
        }
    }

    @Test
    void refusesEveryOptionThatItIgnores() {
        for (EngineOptions options : refusedOptions()) {
            assertThatThrownBy(() -> provider().open(options))
                    .as(options.toString())
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(provider().name());
        }
    }

    // Stopping.

    private static VettedModel slowLoop() {
        return vetted(
                OnnxModels.slowLoop(),
                List.of(tensor("times", ElementType.INT64, "[]"), tensor("x", ElementType.FLOAT32, "[n]")),
                List.of(tensor("y", ElementType.FLOAT32, "[n]")));
    }

    @Test
    void stopsARunThatIsUnderWay() throws Exception {
        RunFrame frame = frame(load(slowLoop()));
        if (!canInterrupt()) {
            assertThat(frame.interrupt()).isFalse();
            return;
        }
        AtomicLong runner = new AtomicLong();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<?> endless = executor.submit(() -> {
                runner.set(Thread.currentThread().getId());
                run(frame, Tensor.scalar(Long.MAX_VALUE), Tensor.of(ROW));
            });
            Awaitility.await().until(() -> hasWorked(runner.get()));

            assertThat(frame.interrupt()).isTrue();

            assertThatThrownBy(() -> endless.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(CancellationException.class);
        } finally {
            executor.shutdownNow();
        }
        assertThatThrownBy(frame::run).isInstanceOf(CancellationException.class);
    }

    /** Whether a thread has used so much time that it must be inside the run. */
    private static boolean hasWorked(long thread) {
        return thread != 0
                && ManagementFactory.getThreadMXBean().getThreadCpuTime(thread)
                        > Duration.ofMillis(100).toNanos();
    }

    @Test
    void stopsTheNextRunWhereNoneIsUnderWay() {
        RunFrame frame = frame(load(slowLoop()));
        if (!canInterrupt()) {
            assertThat(frame.interrupt()).isFalse();
            run(frame, Tensor.scalar(2L), Tensor.of(ROW));
            return;
        }
        assertThat(frame.interrupt()).isTrue();

        assertThatThrownBy(() -> run(frame, Tensor.scalar(Long.MAX_VALUE), Tensor.of(ROW)))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void stopsOnlyTheFrameThatIsInterrupted() {
        LoadedModel model = load(slowLoop());
        RunFrame interrupted = frame(model);
        RunFrame other = frame(model);
        interrupted.interrupt();

        run(other, Tensor.scalar(3L), Tensor.of(ROW));

        assertThat(other.outputValue(0)).isEqualTo(Tensor.of(new float[] {4, 5, 6, 7}));
    }

    // Sharing and closing.

    @Test
    void runsManyFramesAtOnce() throws Exception {
        LoadedModel model = load(gather());
        int threads = 8;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int seed = thread;
                tasks.add(() -> runRepeatedly(model, seed));
            }
            for (Future<Integer> done : executor.invokeAll(tasks)) {
                assertThat(done.get()).isEqualTo(300);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Runs of different sizes, one in fifty failing; returns how many gave the right result or failure. */
    private static int runRepeatedly(LoadedModel model, int seed) {
        int right = 0;
        try (RunFrame frame = model.newFrame()) {
            for (int call = 0; call < 300; call++) {
                float value = seed * 1000 + call;
                int count = 1 + call % 5;
                Tensor data = Tensor.of(new float[] {-1, value});
                long[] index = new long[count];
                Arrays.fill(index, call % 50 == 0 ? 2 : 1);
                float[] expected = new float[count];
                Arrays.fill(expected, value);
                try {
                    run(frame, data, Tensor.of(index));
                    right += frame.outputValue(0).equals(Tensor.of(expected)) ? 1 : 0;
                } catch (EngineException e) {
                    right += call % 50 == 0 ? 1 : 0;
                }
            }
        }
        return right;
    }

    @Test
    void closesTwiceWithoutHarm() {
        LoadedModel model = engine.load(mlp(4, 2));
        RunFrame frame = model.newFrame();
        run(frame, Tensor.of(ROW, 1, 4));

        assertThatCode(() -> {
                    frame.close();
                    frame.close();
                    model.close();
                    model.close();
                    engine.close();
                    engine.close();
                })
                .doesNotThrowAnyException();
        assertThatThrownBy(frame::run).isInstanceOf(ClosedException.class);
        assertThatThrownBy(model::newFrame).isInstanceOf(ClosedException.class);
    }

    @Test
    void outlivesACloseInTheWrongOrder() {
        LoadedModel model = engine.load(mlp(4, 2));
        RunFrame frame = model.newFrame();
        model.close();

        run(frame, Tensor.of(ROW, 1, 4));
        assertThat(frame.output(0).shape()).containsExactly(1, 2);

        frame.close();
        assertThatThrownBy(frame::run).isInstanceOf(ClosedException.class);
    }

    @Test
    void keepsResultsThatWereTakenWhenTheFrameRunsAgain() {
        RunFrame frame = frame(load(identity(ElementType.FLOAT32, "[n]")));
        run(frame, Tensor.of(new float[] {1, 2}));
        Object first = frame.outputValue(0);

        run(frame, Tensor.of(new float[] {3, 4}));

        assertThat(first).isEqualTo(Tensor.of(new float[] {1, 2}));
    }
}
